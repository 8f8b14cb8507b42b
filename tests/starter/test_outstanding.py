"""What is open about a statement: until when its credit can be claimed, by which terms, and what is too late. MON-6."""

from datetime import UTC, date, datetime

from activities.views import StatementView
from sla.agreement import AgreementState, edition_of
from sla.canonical import digest
from sla.commands import ClaimCredit
from sla.credit_scheme import CreditScheme
from sla.periods import period_named
from sla.statements import UsedTerms
from sla.terms import Edition
from starter.outstanding import last_claim, outstanding, scheme_in
from tests.people import ANA
from tests.sla.found import FEBRUARY, STATEMENT, begun
from tests.sla.lives import do
from tests.stated import stated

JANUARY = period_named("2027-01", "Europe/Berlin")
OVER = date(2027, 3, 3)
FROM_THE_STATEMENT = CreditScheme.model_validate(
    {"rules": [{"bands": [{"below": "99.5", "percent": "5"}]}], "claim": {"days": 30, "counted_from": "statement"}}
)


def view(*used: UsedTerms, claim_by: date | None = OVER) -> tuple[StatementView, ...]:
    made = stated("0001", JANUARY, claim_by=claim_by)
    made = made.model_copy(update={"inputs": made.inputs.model_copy(update={"terms": used})})
    return (StatementView(statement=made, digest=made.hash, stated_at=FEBRUARY),)


def lines(state: AgreementState, now: datetime) -> list[str]:
    return list(outstanding(state, view(), None, now))


def test_a_credit_can_be_claimed_on_its_last_day_and_not_after_it() -> None:
    last, after = datetime(2027, 3, 2, 22, 59, tzinfo=UTC), datetime(2027, 3, 2, 23, tzinfo=UTC)
    open_ = "Its credit must be claimed until 2027-03-02, that day included; no claim is on record."
    over = "Its credit can no longer be claimed: the last day was 2027-03-02, and no claim is on record."
    assert [lines(begun(), last), lines(begun(), after)] == [[open_], [over]]


def test_a_credit_that_was_claimed_in_time_stays_claimed() -> None:
    claim = ClaimCredit(by=ANA, decision_id="claim", period="2027-01", statement=STATEMENT)
    assert lines(do(begun(), claim, now=FEBRUARY), datetime(2027, 5, 1, tzinfo=UTC)) == ["Its credit is claimed."]


def test_a_claim_is_asked_for_by_the_credits_that_count_last_though_the_last_edition_states_none() -> None:
    first = edition_of(begun(credits=FROM_THE_STATEMENT))
    second = Edition.model_validate(
        {
            **first.model_dump(),
            "no": first.no + 1,
            "terms": first.terms.model_copy(update={"credits": None}).model_dump(),
        }
    )
    middle = datetime(2027, 1, 15, 23, tzinfo=UTC)
    spans = ((first, JANUARY.begins, middle), (second, middle, JANUARY.ends))
    used = [
        UsedTerms(edition=edition.ref, terms=digest(edition.terms), since=since, until=until)
        for edition, since, until in spans
    ]
    revisions = view(*used, claim_by=None)
    scheme = scheme_in(revisions[-1].statement, (first, second))
    assert scheme == FROM_THE_STATEMENT
    assert last_claim(revisions, scheme) == date(2027, 3, 5)


def test_a_statement_that_names_no_edition_says_nothing_of_its_scheme() -> None:
    assert scheme_in(view()[-1].statement, ()) is None
