"""What is known of an agreement before its rehearsal begins: who takes part, and the dates that its terms give.

Values only; against these a scenario is judged before anything begins. Source: SEE-2.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from rehearsal.moments import Anchor
from rehearsal.scenario import Papers
from sla.agreement import AgreementState
from sla.calendars import WorkCalendar
from sla.fields import Day, Email, Instant, Value, Zone
from sla.reviews import reviews_after
from sla.service_reviews import contract_calendar
from sla.term import Term, end_after, notice_deadline, renewals_by, term_of
from sla.terms import ReviewCadence, Terms


class Outline(Value):
    """The dates and people of an agreement, as far as its papers tell."""

    begins: Instant
    until: Instant | None = None
    zone: Zone
    people: tuple[Email, ...]
    start: Day
    term: Term
    terms: Terms | None = None
    cadence: ReviewCadence | None = None
    calendar: WorkCalendar = WorkCalendar()

    def day(self, at: datetime) -> date:
        """The local day of an instant."""
        return at.astimezone(ZoneInfo(self.zone)).date()

    def day_of(self, anchor: Anchor, which: str, after: datetime) -> date | None:
        """The local day of what a step hangs on, for a step after an instant; None where the papers do not tell."""
        if anchor is Anchor.START:
            return self.start
        if anchor is Anchor.REVIEW:
            return self._review_day(which)
        end = end_after(self.term, renewals_by(self.term, self.day(after)))
        if anchor in {Anchor.END, Anchor.RENEWAL}:
            return end
        months = self.term.renewal.notice_months
        return notice_deadline(end, months) if anchor is Anchor.NOTICE_DEADLINE and months is not None else None

    def _review_day(self, which: str) -> date | None:
        if self.cadence is None or not which.isdigit():
            return None
        number = int(which)
        following = reviews_after(number - 1, self.start, date(2199, 1, 1), self.cadence, self.calendar)
        review = next(following, None)
        return review.day if review and review.no == number else None


def outline_of(state: AgreementState, papers: Papers, begins: datetime, until: datetime | None) -> Outline:
    """The outline of an agreement: by its edition where it has one, else by the terms on the desk."""
    terms = state.edition.terms if state.edition else papers.terms
    period = terms.period if terms else state.period
    return Outline(
        begins=begins,
        until=until,
        zone=period.zone,
        people=tuple(person.email for person in state.people.persons),
        start=period.start,
        term=state.life.term if state.life else term_of(period, terms.renewal if terms else None),
        terms=terms,
        cadence=terms.review if terms else None,
        calendar=contract_calendar(state, terms) if terms else WorkCalendar(zone=period.zone),
    )
