"""What was stated of an agreement: the list of its periods, one statement in full, one figure with all of its reasons.

Source: MON-8, MON-15.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from activities.statements import overall
from activities.views import StatementView, Views
from sla.agreement import AgreementState
from sla.credit_scheme import CreditScheme
from sla.errors import BadInput, NotFound
from sla.fields import Instant, Value
from sla.figures import Figure, Status
from sla.lost_rights import right_changes
from sla.money import Money
from sla.statements import Statement
from sla.terms import Terms
from starter import statement_text
from starter.case_files import handed_on
from starter.figure_text import came, default_lines, why_lines
from starter.judging import tell_statement, write
from starter.moments import clock, spoken
from starter.outstanding import outstanding, scheme_in
from starter.register import known, register_of
from starter.session import Session
from starter.telling import say, say_json, table


class Wanted(NamedTuple):
    """What somebody wants to read, as it was typed."""

    number: str
    period: str | None
    revision: int | None = None
    target: str | None = None
    out: Path | None = None
    force: bool = False


class StatementLine(Value):
    """One revision of a statement, in a list."""

    number: str
    period: str
    revision: int
    is_last: bool
    """Whether it is the one that stands."""
    status: Status
    """The worst of its figures."""
    credit: Money | None
    stated_at: Instant
    digest: str
    why: str | None
    """Why it was stated again."""
    changed: tuple[str, ...]
    """What is other than in the revision before."""


class FigureAnswer(Value):
    """The figures of one target, and which terms of the statement they follow from."""

    number: str
    period: str
    revision: int
    digest: str
    figures: tuple[Figure, ...]
    why: tuple[str, ...]
    """The same in plain sentences."""


def tell(session: Session, wanted: Wanted) -> None:
    """The list; one statement, where a period is named; one figure, where a target is, too."""
    if wanted.period is None:
        if wanted.revision or wanted.target or wanted.out:
            wrong = "--revision, --target and --out speak of one statement, and none is named"
            raise BadInput("--period", wrong, "a period such as 2026-03 is expected")
        _tell_list(session, wanted.number)
    elif wanted.target is None:
        _tell_one(session, wanted, wanted.period)
    else:
        _tell_why(session, wanted, wanted.period, wanted.target)


def revisions_of(views: Views, number: str, period: str) -> tuple[StatementView, ...]:
    """Every revision of the statement of a period, the first first. Raises NotFound with what there is."""
    found = views.statements(number, period)
    if not found:
        names = ", ".join(views.periods_stated(number)[-12:])
        right = f"there are statements of {names}" if names else "there is none of any period yet"
        raise NotFound(f"there is no statement of {period!r:.40} for {number}; {right}")
    return found


def stated(views: Views, number: str, period: str, revision: int | None) -> StatementView:
    """One revision of the statement of a period, the last where none is named. Raises NotFound with what there is."""
    found = revisions_of(views, number, period)
    wanted = [each for each in found if revision is None or each.statement.revision == revision]
    if not wanted:
        raise NotFound(f"the statement of {period} has no revision {revision}; revisions 1 to {len(found)} stand")
    return wanted[-1]


def _tell_list(session: Session, number: str) -> None:
    """Every period with its status and credit, the latest first; revisions that stand no longer are marked."""
    views = register_of(session)
    state = known(views, number).state
    lines = tuple(_lines(views.statements(state.number)))
    if session.as_json:
        say_json(session.out, lines)
    elif not lines:
        say(session.out, f"Nothing has been stated of {state.number} yet.")
    else:
        heads = ("period", "revision", "status", "credit", f"stated ({state.zone})", "digest", "what changed")
        table(session.out, heads, (_cells(line, state.zone) for line in lines))


def _lines(found: tuple[StatementView, ...]) -> Iterator[StatementLine]:
    """Latest first."""
    for place in range(len(found) - 1, -1, -1):
        view, before, after = found[place], found[place - 1] if place else None, found[place + 1 : place + 2]
        statement = view.statement
        is_next = before is not None and before.statement.period == statement.period
        yield StatementLine(
            number=statement.number,
            period=statement.period.name,
            revision=statement.revision,
            is_last=not after or after[0].statement.period != statement.period,
            status=overall(statement),
            credit=statement.credit,
            stated_at=view.stated_at,
            digest=view.digest,
            why=statement.why,
            changed=tuple(changes(before.statement, statement)) if before and is_next else (),
        )


def _cells(line: StatementLine, zone: str) -> tuple[str, ...]:
    return (
        line.period,
        f"{line.revision}" if line.is_last else f"{line.revision} (replaced)",
        statement_text.STATUS_WORDS[line.status],
        str(line.credit) if line.credit is not None else "-",
        clock(line.stated_at, zone),
        line.digest[:12],
        "\n".join([*([line.why] if line.why else []), *line.changed]),
    )


def changes(before: Statement, after: Statement) -> Iterator[str]:
    """What a revision says otherwise than the one before it, in few words."""
    old = {(figure.target, figure.since): figure for figure in before.figures}
    for figure in after.figures:
        was = old.get((figure.target, figure.since))
        if was is None:
            yield f"{figure.target}: new"
        elif (was.status, was.attainment) != (figure.status, figure.attainment):
            yield f"{figure.target}: {came(was)} -> {came(figure)}"
        elif was.dispute != figure.dispute:
            yield f"{figure.target}: {f'frozen by dispute {figure.dispute}' if figure.dispute else 'no longer frozen'}"
    if before.credit != after.credit:
        yield f"credit: {before.credit or 'none'} -> {after.credit or 'none'}"
    yield from right_changes(before, after)


def _tell_one(session: Session, wanted: Wanted, period: str) -> None:
    """One statement in full, and its file where that is asked for."""
    views = register_of(session)
    state = known(views, wanted.number).state
    view = stated(views, state.number, period, wanted.revision)
    if wanted.out:
        write(wanted.out, view.statement, force=wanted.force)
    if session.as_json:
        say_json(session.out, handed_on(view.statement))
        return
    revisions = views.statements(state.number, period)
    tell_statement(session, view.statement)
    before = next((each for each in revisions if each.digest == view.statement.previous), None)
    for line in changes(before.statement, view.statement) if before else ():
        say(session.out, f"Changed since revision {view.statement.revision - 1}: {line}")
    say(session.out, f"Stated on {spoken(view.stated_at, state.zone)}.")
    if view.digest == revisions[-1].digest:
        scheme = last_scheme(views, state, view.statement)
        for line in outstanding(state, revisions, scheme, datetime.now(UTC)):
            say(session.out, line)
    else:
        last = revisions[-1].statement.revision
        say(session.out, f"It was stated again: revision {last} stands now.")
    if wanted.out:
        say(session.out, f"Written to {wanted.out}; `sla verify {wanted.out}` computes it again.")


def _tell_why(session: Session, wanted: Wanted, period: str, target: str) -> None:
    """One figure with everything that it follows from. Source: MON-15."""
    views = register_of(session)
    state = known(views, wanted.number).state
    view = stated(views, state.number, period, wanted.revision)
    figures = tuple(figure for figure in view.statement.figures if figure.target == target)
    if not figures:
        names = ", ".join(dict.fromkeys(figure.target for figure in view.statement.figures)) or "none"
        raise BadInput("--target", f"{target!r:.60} is not in the statement of {period}", f"one of {names} is expected")
    lines = tuple(
        line
        for figure in figures
        for line in (*why_lines(view.statement, figure), *default_lines(_terms_of(views, state.number, figure), figure))
    )
    if session.as_json:
        answer = FigureAnswer(
            number=state.number,
            period=view.statement.period.name,
            revision=view.statement.revision,
            digest=view.digest,
            figures=figures,
            why=lines,
        )
        say_json(session.out, answer)
        return
    say(session.out, f"{statement_text.head_line(view.statement)}: {figures[0].name} ({target})")
    for line in lines:
        say(session.out, line)


def last_terms(views: Views, state: AgreementState, statement: Statement) -> Terms | None:
    """The terms that counted last in the period, else those in force."""
    named = [each.edition for each in statement.inputs.terms if each.edition is not None]
    edition = views.edition(state.number, named[-1].no) if named else state.edition
    return edition.terms if edition else None


def last_scheme(views: Views, state: AgreementState, statement: Statement) -> CreditScheme | None:
    """The credits that count last in the period, else those in force."""
    found = scheme_in(statement, views.editions(state.number))
    return found or (state.edition.terms.credits if state.edition and not statement.inputs.terms else None)


def _terms_of(views: Views, number: str, figure: Figure) -> Terms | None:
    """Those of the edition by which it was judged."""
    edition = views.edition(number, figure.edition.no) if figure.edition else None
    return edition.terms if edition else None
