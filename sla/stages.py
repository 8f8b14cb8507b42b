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
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"

    @property
    def is_end(self) -> bool:
        """Nothing happens after it."""
        return self in ENDS


ENDS = frozenset({Stage.DECLINED, Stage.WITHDRAWN, Stage.LAPSED})


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
}
