"""What has happened: facts in the past tense, chained by their hashes. Source: REG-3."""

from enum import StrEnum

from sla.canonical import Digested
from sla.fields import Instant, Value
from sla.stages import Stage
from sla.terms import EditionRef


class Fact(StrEnum):
    """What an event says."""

    REQUEST_RECEIVED = "request_received"
    ENGINEER_NAMED = "engineer_named"
    ENGINEER_AGREED = "engineer_agreed"
    REQUIREMENTS_RECORDED = "requirements_recorded"
    REQUIREMENTS_CONFIRMED = "requirements_confirmed"
    FEASIBILITY_ASSESSED = "feasibility_assessed"
    DRAFT_SUBMITTED = "draft_submitted"
    OFFER_SUBMITTED = "offer_submitted"
    OFFER_ACCEPTED = "offer_accepted"
    OFFER_REJECTED = "offer_rejected"
    OFFER_WITHDRAWN = "offer_withdrawn"
    OFFER_LAPSED = "offer_lapsed"
    RECEIPT_ACKNOWLEDGED = "receipt_acknowledged"
    COMMENT_RAISED = "comment_raised"
    COMMENT_RESOLVED = "comment_resolved"
    INSPECTION_PASSED = "inspection_passed"
    INSPECTION_FAILED = "inspection_failed"
    APPROVED = "approved"
    REJECTED = "rejected"
    DELEGATED = "delegated"
    SIGNED = "signed"
    SIGNING_DECLINED = "signing_declined"
    SIGNING_EXPIRED = "signing_expired"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    REMINDED = "reminded"
    ESCALATED = "escalated"
    DEPUTY_CALLED = "deputy_called"
    OWNER_CALLED = "owner_called"
    SIGN_OFF_REFUSED = "sign_off_refused"
    LIFE_TAKEN_UP = "life_taken_up"
    TERM_BEGAN = "term_began"
    REVIEW_PREPARED = "review_prepared"
    REVIEW_OPENED = "review_opened"
    REVIEW_CONCLUDED = "review_concluded"
    REVIEW_OVERDUE = "review_overdue"
    CHANGE_REQUESTED = "change_requested"
    RESULTS_RECORDED = "results_recorded"
    EDITION_TOOK_EFFECT = "edition_took_effect"
    NOTICE_REMINDED = "notice_reminded"
    NOTICE_DEADLINE_PASSED = "notice_deadline_passed"
    NOTICE_GIVEN = "notice_given"
    NOTICE_ACKNOWLEDGED = "notice_acknowledged"
    NOTICE_DEEMED_RECEIVED = "notice_deemed_received"
    RENEWAL_AGREED = "renewal_agreed"
    INDEX_STATED = "index_stated"
    RENEWED = "renewed"
    SUSPENDED = "suspended"
    REINSTATED = "reinstated"
    TERMINATION_OPENED = "termination_opened"
    TERMINATION_CHECKED = "termination_checked"
    TERMINATION_HELD = "termination_held"
    TERMINATION_WITHDRAWN = "termination_withdrawn"
    TERMINATION_LAPSED = "termination_lapsed"
    RIGHT_AROSE = "right_arose"
    RIGHT_EXPIRED = "right_expired"
    TERMINATION_TOOK_EFFECT = "termination_took_effect"
    TERM_ENDED = "term_ended"
    FINAL_PERIOD_JUDGED = "final_period_judged"
    CREDITS_SETTLED = "credits_settled"
    MONITORING_STOPPED = "monitoring_stopped"
    UNDERPINNING_FLAGGED = "underpinning_flagged"
    CLOSED = "closed"
    TARGET_MISSED = "target_missed"
    BREACH_FORECAST = "breach_forecast"
    WATERMELON_FOUND = "watermelon_found"
    STATEMENT_RESTATED = "statement_restated"
    ACTION_ASSIGNED = "action_assigned"
    ACTION_COMPLETED = "action_completed"
    ACTION_VERIFIED = "action_verified"
    ACTION_REOPENED = "action_reopened"
    ACTION_OVERDUE = "action_overdue"
    FIGURE_DISPUTED = "figure_disputed"
    DISPUTE_SETTLED = "dispute_settled"
    CREDIT_CLAIMED = "credit_claimed"


class Certificate(Value):
    """What the ordered stop leaves behind: nothing that could still run. Source: TER-2."""

    timers: int
    """Durable timers of the agreement that still run."""
    activities: int
    """Activities of the agreement that are still open, but for the recording of this very event."""
    schedules: int
    """Schedules of this agreement's own. It never has one: sweeps serve all agreements."""
    steps: tuple[str, ...]
    """What each step of the stop answered, in order."""


class Event(Digested):
    """One link of an agreement's audit chain. `seq` counts from 1 without gaps."""

    number: str
    seq: int
    at: Instant
    fact: Fact
    by: str
    """An address, or `system` when a rule for silence acted."""
    on_behalf_of: str | None = None
    stage_before: Stage
    stage: Stage
    edition: EditionRef | None = None
    sentence: str
    reason: str | None = None
    decision_id: str | None = None
    amending: Stage | None = None
    """Where the amendment stands that this event is about; none for everything else. Source: AME-1."""
    statement: str | None = None
    """The digest of the statement that was disputed or claimed, or that has found what is noted. Source: MON-10."""
    action: int | None = None
    """The corrective action that it opens. Source: MON-11."""
    voids: tuple[int, ...] | None = None
    """The corrective actions that it closes as void, where it does."""
    withdraws: tuple[int, ...] | None = None
    """The termination rights that it withdraws, for their ground was stated away. Source: TER-3."""
    certificate: Certificate | None = None
    """On the closing event alone."""
    previous: str
    """The hash of the event before; 64 zeros for the first."""


def broken_link(events: tuple[Event, ...], hashes: tuple[str, ...]) -> str | None:
    """What is wrong with a chain, in one sentence; None when it holds. `hashes` are those stored beside it.

    It sees every change but a chain cut off at its end: compare the last hash with the agreement's head for that.
    """
    if len(events) != len(hashes):
        return f"{len(events)} events stand beside {len(hashes)} hashes: one hash for each event is expected"
    previous = "0" * 64
    for position, (event, stored) in enumerate(zip(events, hashes, strict=True), start=1):
        if event.number != events[0].number:
            return f"event {position} is another agreement's: it speaks of {event.number}, not of {events[0].number}"
        if event.seq != position:
            return f"event {position} is missing: event {event.seq} stands in its place"
        if event.previous != previous:
            return f"event {position} does not follow from event {position - 1}: the hash before it differs"
        if event.hash != stored:
            return f"event {position} was changed: its contents do not give its hash"
        previous = stored
    return None
