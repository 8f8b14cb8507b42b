"""`sla verify`: a statement computed again, from files or from the register, and what differs in plain words.

What counts as a difference is said in `sla.verification`. Source: MON-8.
"""

from datetime import UTC, datetime
from pathlib import Path

from activities.engine_version import engine_here
from sla.errors import BadInput
from sla.fees_in_force import price_of
from sla.offline import applied_of, last_revisions, rows_for
from sla.statements import Statement
from sla.stating import Case, state
from sla.verification import Verification, counting_again, verify
from starter import statement_text
from starter.case_files import Files, read_evidence, read_statement, read_statements, read_terms
from starter.moments import moment
from starter.register import past_cases_of, register_of
from starter.session import Session
from starter.stated import stated as stated_view
from starter.telling import counted, say, say_json


def verify_file(session: Session, path: Path, files: Files, as_of: str | None) -> None:
    """Computes the statement of a file again from files; exit status 1 where it differs. Source: MON-8."""
    if path.name.isdigit() and not path.exists():
        right = "--period PERIOD beside the number, or a statement's file, is expected"
        raise BadInput("verify", f"{path} names an agreement and no period", right)
    file = read_statement(path)
    stated = file.statement
    terms = [read_terms(each) for each in files.terms]
    if not terms:
        raise BadInput("--terms", "is missing", "the terms that it was made by are expected, as files")
    given = applied_of(terms)
    past = read_statements(files.past)
    previous = next((each for each in past if each.hash == stated.previous), None)
    window = stated.window
    rows = read_evidence(files.evidence, window.begins, window.ends, stated.number).rows
    found = state(
        Case(
            number=stated.number,
            period=stated.period,
            applied=counting_again(stated, given, as_given=any(each.day for each in terms)),
            rows=rows_for(rows, window),
            as_of=_stated_as_of(stated, as_of),
            fee=stated.inputs.fee,
            fees=stated.inputs.fees or (),
            past=last_revisions(each for each in past if each.period != stated.period),
            decided=stated.inputs.decided,
            previous=previous,
            why=stated.why if previous else None,
            engine=engine_here(),
        )
    )
    prices = [price_of(each.terms) for each in given]
    answer = verify(stated, found, file.digest, has_previous=_knows(stated, previous), prices=prices)
    tell_verification(session, answer, stated)


def _knows(stated: Statement, previous: Statement | None) -> bool:
    return stated.previous is None or previous is not None


def _stated_as_of(stated: Statement, typed: str | None) -> datetime:
    if not stated.is_provisional:
        return stated.period.ends
    if typed is None:
        wrong = f"the statement of {stated.period.name} is provisional, and does not say up to when it looked"
        raise BadInput("--as-of", wrong, "the instant that `sla judge --provisional --as-of` was given is expected")
    return moment(typed, "--as-of", stated.period.zone, datetime.now(UTC))


def refuse_files(*given: object) -> None:
    """Raises BadInput where files are named beside a statement of the register."""
    if any(given):
        right = "either NUMBER with --period alone, or a statement's file without --period, is expected"
        raise BadInput(
            "verify", "--period names a statement of the register, which has its own evidence and terms", right
        )


def verify_stated(session: Session, number: str, period: str, revision: int | None) -> None:
    """Computes a statement of the register again, from what the register has; exit status 1 where it differs."""
    view = stated_view(register_of(session), number, period, revision)
    found = state(past_cases_of(session).case_of(view))
    tell_verification(session, verify(view.statement, found, view.digest), view.statement)


def tell_verification(session: Session, answer: Verification, stated: Statement) -> None:
    """The verdict, and each difference in plain words."""
    session.exit_status = 0 if answer.holds else 1
    if session.as_json:
        say_json(session.out, answer)
        return
    name = statement_text.head_line(stated)
    if answer.holds:
        say(session.out, f"{name}: the same figures come out ({stated.hash[:12]}).")
    else:
        failing = sum(each.fails for each in answer.differences)
        say(
            session.out,
            f"{name}: it does NOT come out as it was stated; {counted(failing, 'thing differs', 'things differ')}.",
        )
    for each in answer.differences:
        say(session.out, f"  {'' if each.fails else 'Note: '}{each.sentence}")
    if stated.revision > 1 and stated.previous and not answer.differences:
        say(session.out, f"  It is revision {stated.revision}; the one before has the digest {stated.previous[:12]}.")
