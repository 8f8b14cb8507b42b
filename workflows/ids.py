"""Names that must never change: task queue, workflow ids, search attributes."""

from temporalio.common import SearchAttributeKey

from sla.canonical import text_digest
from sla.commands import Command

TASK_QUEUE = "sla"
MAILROOM_ID = "sla-mailroom"
NUMBER_KEY = SearchAttributeKey.for_keyword("SlaNumber")


def agreement_id(provider: str, reference: str) -> str:
    """The workflow id of an agreement: the same provider and reference give the same one. Source: INT-1.

    Ids are clear text on the server, so the parts are hashed.
    """
    key = text_digest(f"{provider}\n{reference}")
    return f"sla-agreement-{key[:24]}"


def update_id(command: Command) -> str:
    """The id under which Temporal knows an Update: a repeat is the same person's, of the same verb.

    Temporal answers a known id by itself, before the agreement can look at who asks.
    """
    return text_digest(f"{command.by}\n{command.verb.value}\n{command.decision_id}")[:32]
