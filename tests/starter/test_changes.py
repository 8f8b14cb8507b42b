"""What a revision says otherwise than the one before it, in few words. MON-8, TER-3."""

from sla.figures import Status
from sla.stating import state
from starter.stated import changes
from tests.sla.test_lost_rights import missed_before
from tests.sla.test_stating import said


def test_a_right_that_is_lost_is_a_change_though_no_figure_has_changed() -> None:
    first = state(said(past=(missed_before(),)))
    again = state(said(past=(missed_before(Status.MET),), previous=first))
    assert list(changes(first, again)) == ["no right to terminate for it-works any more"]
    assert list(changes(again, again)) == []
