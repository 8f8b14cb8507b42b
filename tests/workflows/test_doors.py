"""What Temporal itself says of the doors: a verb without one, or under another name, could never be acted on."""

from temporalio import workflow
from temporalio.api.sdk.v1 import WorkflowMetadata

from sla.commands import COMMANDS
from sla.stages import Verb
from tests.temporal import World
from workflows.doors import AgreementDoors

NO_DOOR = {Verb.NOTE_FINDING, Verb.TAKE_STEP}
OF_PEOPLE = sorted(verb.value for verb in set(COMMANDS) - NO_DOOR)


async def test_temporal_knows_an_update_for_every_verb_of_people(world: World) -> None:
    case = await world.start()
    told = await case.handle.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
    assert sorted(update.name for update in told.definition.update_definitions) == OF_PEOPLE
    assert sorted(signal.name for signal in told.definition.signal_definitions) == ["note_finding", "sign_off", "wake"]


def test_a_door_stands_in_the_code_under_the_name_of_its_verb() -> None:
    doors = {name: each for name, each in vars(AgreementDoors).items() if _is_update(each)}
    assert sorted(doors) == OF_PEOPLE
    assert [each.__name__ for each in doors.values()] == list(doors)


def _is_update(member: object) -> bool:
    return isinstance(member, workflow.UpdateMethodMultiParam)
