"""Names that must never change: task queue, workflow ids, search attributes."""

from temporalio.common import SearchAttributeKey

from sla.canonical import text_digest
from sla.command import Command

TASK_QUEUE = "sla"
MAILROOM_ID = "sla-mailroom"
NUMBER_KEY = SearchAttributeKey.for_keyword("SlaNumber")
SCHEDULED_AT_KEY = SearchAttributeKey.for_datetime("TemporalScheduledStartTime")
"""Temporal's own: the instant for which a schedule has started a workflow, also when it is filled in later."""
COMPLIANCE = "sla-compliance"
"""What the names of schedules and runs begin with."""


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


def schedule_id(name: str) -> str:
    """The id of a schedule, and what the ids of the runs that it starts begin with: `sla-compliance-month`."""
    return f"{COMPLIANCE}-{name}"


def asked_run_id(order: str) -> str:
    """The id of a run that a person asks for: as long as it runs, the same order again is the same run."""
    return f"{COMPLIANCE}-asked-{text_digest(order)[:24]}"
