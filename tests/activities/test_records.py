"""The register keeps each transition once, whole, and in its order."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select
from temporalio.exceptions import ApplicationError

from activities.records import SqlRecords
from activities.tables import AGREEMENTS, DECISIONS, EDITIONS, EVENTS, LETTERS, METADATA
from activities.views import Views
from sla.agreement import AgreementState, ChainHead, Done
from sla.commands import heard, said
from sla.contract_commands import NameEngineer
from sla.ending_commands import TakeStep
from sla.errors import Unreachable
from sla.kinds import Level
from sla.letters import Letter
from sla.renewal import end_of
from sla.stages import Stage
from sla.transitions import Transition
from tests.activities.lives import WORKFLOW, a_life
from tests.activities.lives import recorded as lived
from tests.people import CHEN, FINN, MONDAY, a_state, entry_of, life, number_request, received
from workflows.messages import Beyond, Entry, Recorded, Standing

HOSTILE = "'; DROP TABLE event; -- \"%_/\\ {0} ${x} <b>&amp; Žluťoučký 契約 🖨 =?utf-8?B?SGk=?="


@pytest.fixture
def records(engine: Engine) -> SqlRecords:
    return SqlRecords(engine)


def everything(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    with engine.connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for table in METADATA.sorted_tables
        }


def recorded(records: SqlRecords, transitions: tuple[Transition, ...]) -> tuple[Entry, ...]:
    assert transitions[0].state.number == records.number(number_request()).number
    entries = tuple(entry_of(transition) for transition in transitions)
    for entry in entries:
        records.record(entry)
    return entries


def other_event(entry: Entry, **changes: object) -> Entry:
    """The same entry with another event at its place, consistent in itself."""
    event = entry.event.model_copy(update=changes)
    state = AgreementState.model_validate_json(entry.state)
    state = state.model_copy(update={"head": ChainHead(seq=event.seq, hash=event.hash)})
    return entry.model_copy(update={"event": event, "state": state.model_dump_json(), "head_hash": event.hash})


def refusal(records: SqlRecords, entry: Entry) -> ApplicationError:
    with pytest.raises(ApplicationError) as caught:
        records.record(entry)
    return caught.value


def test_numbers_count_from_one_in_four_digits(records: SqlRecords) -> None:
    numbers = [records.number(number_request(f"workflow-{no}", f"NW-{no}")).number for no in range(3)]
    assert numbers == ["0001", "0002", "0003"]


def test_the_same_workflow_always_gets_the_same_number(records: SqlRecords) -> None:
    first = records.number(number_request())
    records.number(number_request("workflow-2", "NW-2"))
    assert records.number(number_request()) == first


def test_a_number_stands_with_its_reference_before_the_first_event(records: SqlRecords, engine: Engine) -> None:
    records.number(number_request())
    view = Views(engine).by_workflow("workflow-1")
    assert view is not None
    assert (view.reference, view.form_digest, view.seq, view.state) == ("NW-2026-014", "f" * 64, 0, None)


def test_a_whole_life_is_kept_as_it_was_lived(records: SqlRecords, engine: Engine) -> None:
    entries = recorded(records, life())
    views = Views(engine)
    view = views.find("0001")
    assert view is not None
    assert view.state == AgreementState.model_validate_json(entries[-1].state)
    assert [each.event for each in views.history("1")] == [entry.event for entry in entries]
    assert list(views.editions("0001")) == [entry.edition for entry in entries if entry.edition]
    assert len(views.letters("0001")) == sum(len(entry.letters) for entry in entries)


def test_the_second_time_changes_nothing(records: SqlRecords, engine: Engine) -> None:
    entries = recorded(records, life())
    before = everything(engine)
    answers = [records.record(entry) for entry in entries]
    assert everything(engine) == before
    assert answers == [Recorded(seq=len(entries))] * len(entries)


def test_where_another_event_stands_already_the_answer_is_that_one(records: SqlRecords, engine: Engine) -> None:
    entries = recorded(records, life()[:3])
    before = everything(engine)
    answer = records.record(other_event(entries[1], sentence="Somebody else was named."))
    event = entries[1].event
    assert answer == Recorded(seq=3, standing=Standing(hash=event.hash, at=event.at, said=entries[1].said))
    assert everything(engine) == before


def test_the_words_of_a_decision_come_back_as_they_were_said(records: SqlRecords) -> None:
    entry = entry_of(life()[1])
    command = NameEngineer(by=FINN, decision_id=entry.event.decision_id or "", engineer=CHEN, seen=1)
    recorded(records, life()[:1])
    records.record(entry.model_copy(update={"said": said(command)}))
    beyond = records.beyond(Beyond(workflow_id=entry.workflow_id, number="0001", seq=1))
    assert beyond.standing is not None
    assert beyond.standing.said is not None
    assert heard(beyond.standing.said) == command


def test_nothing_stands_beyond_the_last_event(records: SqlRecords) -> None:
    entries = recorded(records, life()[:3])
    asked = Beyond(workflow_id=entries[0].workflow_id, number="0001", seq=3)
    assert records.beyond(asked) == Recorded(seq=3)


def test_what_another_workflow_has_written_is_not_told(records: SqlRecords) -> None:
    recorded(records, life()[:3])
    with pytest.raises(ApplicationError, match="knows no agreement 0001 of the workflow"):
        records.beyond(Beyond(workflow_id="somebody-else", number="0001", seq=1))


def test_a_decision_id_that_was_carried_out_long_ago_gets_its_first_answer(records: SqlRecords, engine: Engine) -> None:
    transitions = life()
    entries = recorded(records, transitions[:2])
    before = everything(engine)
    first = entries[1].event
    answer = records.record(other_event(entry_of(transitions[2]), decision_id=first.decision_id))
    assert answer.already == Done(id=first.decision_id or "", seq=first.seq, stage=first.stage, by=first.by)
    assert everything(engine) == before


def test_a_gap_is_refused_for_good(records: SqlRecords, engine: Engine) -> None:
    transitions = life()
    recorded(records, transitions[:2])
    before = everything(engine)
    error = refusal(records, entry_of(transitions[3]))
    assert (error.type, error.non_retryable) == ("DifferentHistory", True)
    assert str(error) == "DifferentHistory: event 4 of 0001 does not follow event 2, the last one here"
    assert everything(engine) == before


def test_an_event_that_follows_another_head_is_refused_for_good(records: SqlRecords) -> None:
    transitions = life()
    recorded(records, transitions[:2])
    error = refusal(records, other_event(entry_of(transitions[2]), previous="a" * 64))
    assert (error.type, error.non_retryable) == ("DifferentHistory", True)


def test_an_agreement_that_has_no_number_is_refused_for_good(records: SqlRecords) -> None:
    error = refusal(records, entry_of(received("0042")))
    assert str(error) == "DifferentHistory: the register knows no agreement 0042 of the workflow workflow-1"


def test_another_workflow_cannot_write_into_an_agreement(records: SqlRecords) -> None:
    transitions = life()
    recorded(records, transitions[:1])
    error = refusal(records, entry_of(transitions[1], "workflow-of-eve"))
    assert error.type == "DifferentHistory"


def test_a_state_that_is_not_the_one_after_its_event_is_refused(records: SqlRecords) -> None:
    transitions = life()
    entries = recorded(records, transitions[:2])
    error = refusal(records, entry_of(transitions[2]).model_copy(update={"head_hash": entries[0].head_hash}))
    assert error.type == "DifferentHistory"


def test_another_edition_under_the_same_number_is_refused_and_nothing_is_kept(
    records: SqlRecords, engine: Engine
) -> None:
    transitions = life()
    recorded(records, transitions[:7])
    before = everything(engine)
    drafted, offered = transitions[6].new_edition, transitions[7].new_edition
    assert drafted is not None
    assert offered is not None
    forged = offered.model_copy(update={"no": drafted.no})
    error = refusal(records, entry_of(transitions[7]).model_copy(update={"edition": forged}))
    assert (error.type, error.non_retryable) == ("DifferentHistory", True)
    assert everything(engine) == before


def test_a_statement_that_fails_in_the_middle_leaves_nothing(records: SqlRecords, engine: Engine) -> None:
    """A fact may stand only once here, so the event's INSERT fails after the agreement has been moved on."""
    transitions = life()
    entries = recorded(records, transitions[:2])
    before = everything(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE UNIQUE INDEX each_fact_once ON event (fact)")
    error = refusal(records, other_event(entry_of(transitions[2]), fact=entries[1].event.fact))
    assert (error.type, error.non_retryable) == ("NotStorable", True)
    assert everything(engine) == before
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP INDEX each_fact_once")
    assert records.record(entry_of(transitions[2])) == Recorded(seq=3)


def test_a_letter_that_stands_already_is_not_queued_again(records: SqlRecords, engine: Engine) -> None:
    first, second = (entry_of(transition) for transition in life()[:2])
    records.number(number_request())
    records.record(first)
    records.record(second.model_copy(update={"letters": (*second.letters, *first.letters)}))
    with engine.connect() as connection:
        count = connection.execute(select(func.count()).select_from(LETTERS)).scalar_one()
    assert count == len(first.letters) + len(second.letters)


def test_a_register_that_is_away_is_an_error_to_try_again(records: SqlRecords, engine: Engine) -> None:
    records.number(number_request())
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE event RENAME TO elsewhere")
    with pytest.raises(Unreachable, match="has no tables yet"):
        records.record(entry_of(received()))


def test_hostile_text_comes_back_as_it_was(records: SqlRecords, engine: Engine) -> None:
    first = entry_of(received(title=HOSTILE))
    letter = first.letters[0]
    loud = letter.model_copy(
        update={"context": letter.context.model_copy(update={"reason": HOSTILE + "\n\u2028\u202e"})}
    )
    entry = other_event(first.model_copy(update={"letters": (loud,)}), sentence=HOSTILE, reason=HOSTILE + "\n")
    records.number(number_request())
    records.record(entry)
    views = Views(engine)
    found = views.find("0001")
    assert found is not None
    assert found.state == AgreementState.model_validate_json(entry.state)
    assert views.history("0001")[0].event == entry.event
    assert views.list_agreements(text=HOSTILE)[0].title == AgreementState.model_validate_json(entry.state).title
    with engine.connect() as connection:
        context = connection.execute(select(LETTERS.c.context)).scalar_one()
    assert Letter.model_validate_json(
        f'{{"context": {context}, "kind": "reminder", "to": "x@y.zz", "message_key": ""}}'
    )
    assert "DROP TABLE" in context


def test_nul_which_postgresql_does_not_store_is_final_there_and_kept_on_sqlite(
    records: SqlRecords, engine: Engine
) -> None:
    entry = other_event(entry_of(received()), reason="a\x00b")
    records.number(number_request())
    if engine.dialect.name == "postgresql":
        assert refusal(records, entry).type == "NotStorable"
    else:
        records.record(entry)
        assert Views(engine).history("0001")[0].event == entry.event


def test_instants_are_stored_in_utc_and_come_back_aware(records: SqlRecords, engine: Engine) -> None:
    entries = recorded(records, life()[:2])
    view = Views(engine).find("0001")
    assert view is not None
    assert view.updated_at == entries[1].event.at == MONDAY + timedelta(hours=1)
    assert view.updated_at.utcoffset() == timedelta(0)


def test_eight_threads_record_different_agreements_at_once(records: SqlRecords, engine: Engine) -> None:
    def live(no: int) -> Stage:
        workflow = f"workflow-{no}"
        number = records.number(number_request(workflow, f"NW-{no}")).number
        for transition in life(number, reference=f"NW-{no}"):
            records.record(entry_of(transition, workflow))
        return transition.state.stage

    with ThreadPoolExecutor(8) as pool:
        stages = list(pool.map(live, range(16)))
    assert stages == [Stage.ACTIVE] * 16
    views = Views(engine)
    reports = [views.audit(head.number) for head in views.heads()]
    assert [report.problem for report in reports if report] == [None] * 16


def test_eight_threads_record_the_same_entry_once(records: SqlRecords, engine: Engine) -> None:
    records.number(number_request())
    entry = entry_of(received())
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(records.record, [entry] * 16))
    assert answers == [Recorded(seq=1)] * 16
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(EVENTS)).scalar_one() == 1


def test_eight_threads_ask_for_one_number_and_get_one(records: SqlRecords, engine: Engine) -> None:
    with ThreadPoolExecutor(8) as pool:
        numbers = set(pool.map(lambda _: records.number(number_request()).number, range(16)))
    assert len(numbers) == 1
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(AGREEMENTS)).scalar_one() == 1


def test_a_decision_names_who_stood_in_for_whom(records: SqlRecords, engine: Engine) -> None:
    entries = recorded(records, life())
    with engine.connect() as connection:
        rows = connection.execute(select(DECISIONS.c.decision_id, DECISIONS.c.by).order_by(DECISIONS.c.seq)).all()
        editions = connection.execute(select(func.count()).select_from(EDITIONS)).scalar_one()
    assert [tuple(row) for row in rows] == [(e.event.decision_id, e.event.by) for e in entries[1:]]
    assert editions == 2


def test_a_corporate_agreement_that_measures_no_service_is_kept(records: SqlRecords, engine: Engine) -> None:
    entry = entry_of(received(level=Level.CORPORATE, service=None))
    records.number(number_request())
    records.record(entry)
    view = Views(engine).find("0001")
    assert view is not None
    assert view.state == AgreementState.model_validate_json(entry.state)


def test_a_state_before_its_first_event_is_no_entry(records: SqlRecords) -> None:
    records.number(number_request())
    entry = entry_of(received()).model_copy(update={"head_hash": a_state().head.hash})
    assert refusal(records, entry).type == "DifferentHistory"


def test_the_agreements_own_steps_are_kept_as_it_said_them(records: SqlRecords, engine: Engine) -> None:
    """A history that lost the ordered stop makes it again from these words. Source: TER-2."""
    steps = [step for step in lived(records) if isinstance(step.command, TakeStep)]
    for step in steps:
        seq = step.transition.event.seq
        standing = records.beyond(Beyond(workflow_id=WORKFLOW, number="0001", seq=seq - 1)).standing
        assert standing is not None
        assert standing.said is not None
        assert heard(standing.said) == step.command
    with engine.connect() as connection:
        query = select(DECISIONS.c.decision_id, DECISIONS.c.by).order_by(DECISIONS.c.seq.desc()).limit(5)
        kept = connection.execute(query).all()
    assert [(step.transition.event.decision_id, "system") for step in steps] == [tuple(row) for row in reversed(kept)]


def test_a_step_of_the_stop_that_was_taken_long_ago_gets_its_first_answer(records: SqlRecords) -> None:
    steps = tuple(lived(records))
    first = next(step for step in steps if isinstance(step.command, TakeStep)).transition.event
    head = steps[-1].transition.event
    again = other_event(steps[-1].entry, seq=head.seq + 1, previous=head.hash, decision_id=first.decision_id)
    done = Done(id=first.decision_id or "", seq=first.seq, stage=first.stage, by="system")
    assert records.record(again) == Recorded(seq=head.seq, already=done)


def test_what_happened_by_itself_stands_without_words(records: SqlRecords) -> None:
    for step in lived(records):
        if step.command is None:
            seq = step.transition.event.seq
            standing = records.beyond(Beyond(workflow_id=WORKFLOW, number="0001", seq=seq - 1)).standing
            assert standing == Standing(hash=step.transition.event.hash, at=step.transition.event.at)


def test_an_amendments_edition_is_kept_beside_the_one_in_force(records: SqlRecords, engine: Engine) -> None:
    for step in lived(records):
        edition = step.state.edition
        with engine.connect() as connection:
            row = connection.execute(select(AGREEMENTS.c.edition_no, AGREEMENTS.c.edition_hash)).one()
        assert tuple(row) == ((edition.no, edition.hash) if edition else (None, None))
    assert [edition.no for edition in Views(engine).editions("1")] == [1, 2]


def test_an_entry_of_the_release_before_is_kept_by_its_events_edition(records: SqlRecords, engine: Engine) -> None:
    """A worker of 0.1.0 that still runs says nothing of risks, of the edition in force and of the term's end."""
    unsaid: dict[str, object] = {"in_force": None, "risks": (), "amending": None, "term_ends": None}
    records.number(number_request())
    for transition in life():
        records.record(entry_of(transition).model_copy(update=unsaid))
    (line,) = Views(engine).list_agreements()
    state = life()[-1].state
    assert (line.edition_no, line.risks, line.amending, line.period_end) == (2, (), None, end_of(state))


def test_a_whole_life_in_force_is_kept_as_it_was_lived(records: SqlRecords, engine: Engine) -> None:
    last = tuple(lived(records))[-1]
    found = Views(engine).find("0001")
    assert found is not None
    assert found.state == last.state
    assert [each.event for each in Views(engine).history("1")] == [step.transition.event for step in a_life()]
