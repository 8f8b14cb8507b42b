"""The names of the stages, the ends and the verbs. What each allows stands in `lifecycle`."""

from enum import StrEnum


class Stage(StrEnum):
    """Where an agreement is in its life."""

    REQUESTED = "requested"
    CAPTURING = "capturing"
    ASSESSING = "assessing"
    DRAFTING = "drafting"
    NEGOTIATING = "negotiating"
    REVIEWING = "reviewing"
    APPROVING = "approving"
    SIGNING = "signing"
    ACTIVE = "active"
    ENDING = "ending"
    """In force no more; the ordered stop runs. Source: TER-2."""
    TERMINATED = "terminated"
    EXPIRED = "expired"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"

    @property
    def is_end(self) -> bool:
        """Nothing happens after it."""
        return self in ENDS


ENDS = frozenset({Stage.TERMINATED, Stage.EXPIRED, Stage.DECLINED, Stage.WITHDRAWN, Stage.LAPSED})


class Verb(StrEnum):
    """What a person can do to an agreement; each is a Temporal Update of the same name."""

    NAME_ENGINEER = "name_engineer"
    AGREE_ENGINEER = "agree_engineer"
    RECORD_REQUIREMENTS = "record_requirements"
    CONFIRM_REQUIREMENTS = "confirm_requirements"
    ASSESS = "assess"
    SUBMIT_DRAFT = "submit_draft"
    SUBMIT_OFFER = "submit_offer"
    ACCEPT_OFFER = "accept_offer"
    REJECT_OFFER = "reject_offer"
    WITHDRAW_OFFER = "withdraw_offer"
    ACKNOWLEDGE = "acknowledge"
    COMMENT = "comment"
    RESOLVE_COMMENT = "resolve_comment"
    INSPECT = "inspect"
    DECIDE = "decide"
    DELEGATE = "delegate"
    SIGN = "sign"
    DECLINE_TO_SIGN = "decline_to_sign"
    WITHDRAW = "withdraw"
    CONCLUDE_REVIEW = "conclude_review"
    REQUEST_CHANGE = "request_change"
    RECORD_RESULTS = "record_results"
    GIVE_NOTICE = "give_notice"
    ACKNOWLEDGE_NOTICE = "acknowledge_notice"
    AGREE_RENEWAL = "agree_renewal"
    STATE_INDEX = "state_index"
    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    OPEN_TERMINATION = "open_termination"
    CHECK_TERMINATION = "check_termination"
    WITHDRAW_TERMINATION = "withdraw_termination"
    OFFER_RIGHT = "offer_right"
    COMPLETE_ACTION = "complete_action"
    VERIFY_ACTION = "verify_action"
    ASSIGN_ACTION = "assign_action"
    DISPUTE = "dispute"
    SETTLE_DISPUTE = "settle_dispute"
    CLAIM_CREDIT = "claim_credit"
    NOTE_FINDING = "note_finding"
    """The compliance run's own: it comes by signal, and has no door for people."""
    TAKE_STEP = "take_step"
    """The ordered stop's own: no person ever uses it, and it has no door."""

    @property
    def words(self) -> str:
        """As a sentence says it after "may" or "to": `make an offer`."""
        return _WORDS[self]


_WORDS: dict[Verb, str] = {
    Verb.NAME_ENGINEER: "name an engineer",
    Verb.AGREE_ENGINEER: "agree to the engineer",
    Verb.RECORD_REQUIREMENTS: "record requirements",
    Verb.CONFIRM_REQUIREMENTS: "confirm the requirements",
    Verb.ASSESS: "assess the feasibility",
    Verb.SUBMIT_DRAFT: "submit the draft",
    Verb.SUBMIT_OFFER: "make an offer",
    Verb.ACCEPT_OFFER: "answer the offer",
    Verb.REJECT_OFFER: "reject the offer",
    Verb.WITHDRAW_OFFER: "withdraw the offer",
    Verb.ACKNOWLEDGE: "acknowledge receipt",
    Verb.COMMENT: "comment",
    Verb.RESOLVE_COMMENT: "resolve the comment",
    Verb.INSPECT: "inspect the edition",
    Verb.DECIDE: "approve or reject the edition",
    Verb.DELEGATE: "delegate a decision",
    Verb.SIGN: "sign",
    Verb.DECLINE_TO_SIGN: "decline to sign",
    Verb.WITHDRAW: "withdraw the request",
    Verb.CONCLUDE_REVIEW: "conclude the review",
    Verb.REQUEST_CHANGE: "ask for a change",
    Verb.RECORD_RESULTS: "record results",
    Verb.GIVE_NOTICE: "give notice",
    Verb.ACKNOWLEDGE_NOTICE: "acknowledge the notice",
    Verb.AGREE_RENEWAL: "agree to the renewal",
    Verb.STATE_INDEX: "state the index rate",
    Verb.SUSPEND: "suspend the agreement",
    Verb.REINSTATE: "reinstate the agreement",
    Verb.OPEN_TERMINATION: "open a termination",
    Verb.CHECK_TERMINATION: "check the termination",
    Verb.WITHDRAW_TERMINATION: "withdraw the termination",
    Verb.OFFER_RIGHT: "offer a termination right",
    Verb.COMPLETE_ACTION: "complete the corrective action",
    Verb.VERIFY_ACTION: "verify the corrective action",
    Verb.ASSIGN_ACTION: "assign the corrective action",
    Verb.DISPUTE: "dispute a figure",
    Verb.SETTLE_DISPUTE: "settle the dispute",
    Verb.CLAIM_CREDIT: "claim a credit",
    Verb.NOTE_FINDING: "note a finding",
    Verb.TAKE_STEP: "take a step of the ordered stop",
}

LIVING_VERBS = frozenset(
    {
        Verb.CONCLUDE_REVIEW,
        Verb.REQUEST_CHANGE,
        Verb.RECORD_RESULTS,
        Verb.GIVE_NOTICE,
        Verb.ACKNOWLEDGE_NOTICE,
        Verb.AGREE_RENEWAL,
        Verb.STATE_INDEX,
        Verb.SUSPEND,
        Verb.REINSTATE,
        Verb.OPEN_TERMINATION,
        Verb.CHECK_TERMINATION,
        Verb.WITHDRAW_TERMINATION,
        Verb.OFFER_RIGHT,
        Verb.COMPLETE_ACTION,
        Verb.VERIFY_ACTION,
        Verb.ASSIGN_ACTION,
        Verb.DISPUTE,
        Verb.SETTLE_DISPUTE,
        Verb.CLAIM_CREDIT,
        Verb.NOTE_FINDING,
    }
)
"""What is done to the agreement itself while it is in force; every other verb then speaks of its amendment."""
