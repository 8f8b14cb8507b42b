"""Who is written to about one transition: whom the happening names, who is newly waited for, who hears of the end.

What a letter says is composed in `letters`; which people a verb tells stands with the verb.
"""

from sla import amendment
from sla.agreement import AgreementState
from sla.checklist import checklist_of
from sla.events import Event
from sla.happening import Advance, Happening
from sla.invitations import INVITATIONS
from sla.letter_kinds import LetterKind
from sla.letters import Letter, Notice, Pack, compose, invitation
from sla.packs import pack_of
from sla.people import Role
from sla.results import proposals_told
from sla.stages import Stage, Verb

_REASONED = {
    LetterKind.DRAFT_WANTED,
    LetterKind.OFFER_WANTED,
    LetterKind.NOTICE_RECEIVED,
    LetterKind.LEGAL_CHECK_WANTED,
    LetterKind.ACTION_WANTED,
    LetterKind.VERIFICATION_WANTED,
    LetterKind.SETTLEMENT_WANTED,
}
"""The invitations that tell the reason of what has happened."""

_END_LETTERS = {
    Stage.DECLINED: LetterKind.DECLINED,
    Stage.WITHDRAWN: LetterKind.WITHDRAWN,
    Stage.LAPSED: LetterKind.LAPSED,
    Stage.ACTIVE: LetterKind.IN_FORCE,
    Stage.ENDING: LetterKind.ENDED,
    Stage.TERMINATED: LetterKind.CLOSED,
    Stage.EXPIRED: LetterKind.CLOSED,
}
_AMENDMENT_LETTERS = {
    Stage.DECLINED: LetterKind.AMENDMENT_ENDED,
    Stage.WITHDRAWN: LetterKind.AMENDMENT_ENDED,
    Stage.LAPSED: LetterKind.AMENDMENT_ENDED,
    Stage.ACTIVE: LetterKind.AMENDMENT_AGREED,
}


def letters_of(
    before: AgreementState, advance: Advance, happening: Happening, event: Event, *, amending: bool
) -> tuple[Letter, ...]:
    """The letters about what has happened tell its reason; of those that only invite, the ones that ask for something
    again tell why the last one did not do, and those about a notice, a termination, a corrective action or a dispute
    what was said about it."""
    state, about = advance.state, advance.about
    why = event.reason or about.sent_back
    number = before.amendment.no if amending and before.amendment else None
    told = [*happening.notices, *_milestone_notices(about, happening, amending=amending)]
    asked: list[tuple[AgreementState, int | None, Notice]] = [
        (state, None, invitation(state, wait)) for wait in advance.newcomers if wait.verb in INVITATIONS
    ]
    if state.amendment is not None:
        played = amendment.scene(state)
        asked += [
            (played, state.amendment.no, invitation(played, wait))
            for wait in advance.amendments_newcomers
            if wait.verb in INVITATIONS
        ]
    letters = {
        (n.kind, n.to): compose(on, _completed(on, n), event, why if n.kind in _REASONED else None, no)
        for on, no, n in asked
    }
    letters |= {(n.kind, n.to): compose(about, _completed(about, n), event, why, number) for n in told}
    return tuple(letters.values())


_WITH_PACK = {LetterKind.REVIEW_PACK, LetterKind.REVIEW_WANTED, LetterKind.CHANGE_REQUESTED}


def _completed(state: AgreementState, notice: Notice) -> Notice:
    """The notice with the pack, the proposals, or the checklist, that its kind carries."""
    if notice.kind in _WITH_PACK:
        is_ahead = notice.kind is LetterKind.REVIEW_PACK
        return notice.model_copy(update={"pack": pack_of(state, is_ahead=is_ahead)})
    open_ = state.life.termination if state.life else None
    if notice.kind is LetterKind.DRAFT_WANTED and state.amendment and not state.authors:
        told = proposals_told(state, state.amendment.proposals)
        return notice.model_copy(update={"pack": Pack(review=state.amendment.decided_in, proposals=told)})
    if notice.verb is Verb.CHECK_TERMINATION and open_:
        lines = tuple(f"{each.key}: {each.text}" for each in checklist_of(open_.cause))
        return notice.model_copy(update={"checklist": lines})
    return notice


def _milestone_notices(state: AgreementState, happening: Happening, *, amending: bool) -> tuple[Notice, ...]:
    """Who hears of the end, or of the beginning: the requester, both parties, whoever was waited for, the signers."""
    kinds = _AMENDMENT_LETTERS if amending else _END_LETTERS
    kind = kinds.get(state.stage) if happening.goto is state.stage else None
    if kind is None:
        return ()
    roles = (Role.REQUESTER, Role.CUSTOMER, Role.SLA_MANAGER, Role.ACCOUNT_MANAGER)
    people = [person.email for role in roles for person in state.people.with_role(role)]
    people += [wait.person for wait in happening.state.waits]
    if kind in {LetterKind.IN_FORCE, LetterKind.AMENDMENT_AGREED, LetterKind.ENDED, LetterKind.CLOSED}:
        people += [*state.signers, *((state.engineer.email,) if state.engineer else ())]
    return tuple(Notice(kind=kind, to=email, why="you take part in this agreement") for email in dict.fromkeys(people))


def sign_off_answers(state: AgreementState, email: str) -> tuple[Notice, ...]:
    """Whoever signed off hears why it did not count; of a stranger the SLA manager hears, not the stranger."""
    kind = LetterKind.SIGN_OFF_REFUSED
    if state.people.find(email):
        why = "you signed this agreement off, and that did not count"
        return (Notice(kind=kind, to=email, why=why),)
    why = f"{email}, whom this agreement does not know, tried to sign it off"
    return tuple(Notice(kind=kind, to=p.email, why=why) for p in state.people.with_role(Role.SLA_MANAGER))
