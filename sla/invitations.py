"""What each verb that somebody is waited for says to them: the letter, the reason, the next step and its command."""

from sla.fields import Value
from sla.letter_kinds import LetterKind
from sla.stages import Verb


class Invitation(Value):
    """What somebody who is waited for is told: the letter, the reason, the next step and its command.

    In the commands, `{edition}`, `{requirements}` and `{seat}` pin what the letter speaks of, each with the blank
    before it; what the reader fills in is one of TEXT, FILE, AMOUNT, EMAIL (a person), WHEN (an instant) and SCORE (1
    to 5); where nobody is waited for, also CASE (of the CRM), CAUSE, SIDE and DAY.
    """

    kind: LetterKind
    why: str
    next_step: str
    command: str
    alternatives: tuple[str, ...] = ()
    customers_step: str | None = None
    """The next step in the customer's words, where theirs differ."""


INVITATIONS: dict[Verb, Invitation] = {
    Verb.NAME_ENGINEER: Invitation(
        kind=LetterKind.ENGINEER_WANTED,
        why="you manage this request together with your colleague",
        next_step="Name a service engineer who is competent for this service.",
        command="sla name-engineer {number} EMAIL --as {to}",
    ),
    Verb.AGREE_ENGINEER: Invitation(
        kind=LetterKind.ENGINEER_AGREEMENT_WANTED,
        why="your colleague has named a service engineer, and you both decide that together",
        next_step="Agree to the engineer, or name another one.",
        command="sla agree-engineer {number} {subject} --as {to}",
        alternatives=("sla name-engineer {number} EMAIL --as {to}",),
    ),
    Verb.RECORD_REQUIREMENTS: Invitation(
        kind=LetterKind.REQUIREMENTS_WANTED,
        why="you are one of those who write down what is needed: the customer and the service engineer, together",
        next_step="Record what the customer needs, as numbered requirements.",
        customers_step="State what you need: the engineer records it with you, or you record it yourself.",
        command="sla record-requirements {number} FILE --as {to}",
    ),
    Verb.CONFIRM_REQUIREMENTS: Invitation(
        kind=LetterKind.CONFIRMATION_WANTED,
        why="the requirements are yours: you state, correct and confirm them",
        next_step="Read the requirements, correct what is wrong, and confirm them.",
        command="sla confirm-requirements {number}{requirements} --as {to}",
        alternatives=("sla record-requirements {number} FILE --as {to}",),
    ),
    Verb.ASSESS: Invitation(
        kind=LetterKind.ASSESSMENT_WANTED,
        why="your judgement is one of the two that decide whether this can be done",
        next_step="Give one verdict with its reason for each requirement.",
        command="sla assess {number} FILE --as {to}",
    ),
    Verb.SUBMIT_DRAFT: Invitation(
        kind=LetterKind.DRAFT_WANTED,
        why="you are the SLA manager of this agreement",
        next_step="Submit the terms.",
        command="sla submit-draft {number} FILE --as {to}",
    ),
    Verb.SUBMIT_OFFER: Invitation(
        kind=LetterKind.OFFER_WANTED,
        why="it is your side's turn in the negotiation",
        next_step="Make an offer with a price and an expiry.",
        command="sla submit-offer {number}{edition} --fee AMOUNT --expires WHEN --as {to}",
    ),
    Verb.ACCEPT_OFFER: Invitation(
        kind=LetterKind.OFFER_RECEIVED,
        why="the other side has made you an offer",
        next_step="Accept the offer, reject it, or answer with a counter-offer before it expires.",
        command="sla accept-offer {number}{edition} --as {to}",
        alternatives=(
            "sla reject-offer {number}{edition} --reason TEXT --as {to}",
            "sla submit-offer {number}{edition} --fee AMOUNT --expires WHEN --as {to}",
        ),
    ),
    Verb.ACKNOWLEDGE: Invitation(
        kind=LetterKind.RECEIPT_WANTED,
        why="every party proves that it has received the final draft",
        next_step="Read the final draft and acknowledge its receipt; comment on what is not right.",
        command="sla acknowledge {number}{edition} --as {to}",
        alternatives=("sla comment {number} TEXT{edition} --as {to}",),
    ),
    Verb.RESOLVE_COMMENT: Invitation(
        kind=LetterKind.RESOLUTION_WANTED,
        why="an open comment holds the approval back",
        next_step="Resolve the comment, saying how.",
        command="sla resolve-comment {number} {subject}{edition} --how TEXT --as {to}",
    ),
    Verb.INSPECT: Invitation(
        kind=LetterKind.INSPECTION_WANTED,
        why="you inspect this edition independently: you have not written any of it",
        next_step="Pass the edition, or send it back with your reasons.",
        command="sla inspect {number}{edition} --pass --as {to}",
        alternatives=("sla inspect {number}{edition} --send-back TEXT --as {to}",),
    ),
    Verb.DECIDE: Invitation(
        kind=LetterKind.APPROVAL_WANTED,
        why="the approval policy of this agreement asks for your decision",
        next_step="Approve the edition, or reject it with your reasons.",
        command="sla approve {number}{edition}{seat} --as {to}",
        alternatives=(
            "sla reject {number}{edition}{seat} --reason TEXT --as {to}",
            "sla delegate {number} --to EMAIL --until WHEN --as {to}",
        ),
    ),
    Verb.SIGN: Invitation(
        kind=LetterKind.SIGNATURE_WANTED,
        why="you are a named signer of this agreement",
        next_step="Sign the approved edition, or decline with your reason.",
        command="sla sign {number}{edition} --as {to}",
        alternatives=("sla decline-to-sign {number}{edition} --reason TEXT --as {to}",),
    ),
    Verb.WITHDRAW: Invitation(
        kind=LetterKind.ESCALATION,
        why="you manage this agreement, and none of its people is able to take its next step",
        next_step="Withdraw it, and ask again with somebody who can act.",
        command="sla withdraw {number} --reason TEXT --as {to}",
    ),
    Verb.CONCLUDE_REVIEW: Invitation(
        kind=LetterKind.REVIEW_WANTED,
        why="you manage this agreement, and one of its managers says what comes of each review",
        next_step="Hold the review with the other side, and say what came of it.",
        command="sla conclude-review {number} {subject} --outcome keep --reason TEXT --provider-satisfaction SCORE"
        " --customer-satisfaction SCORE --as {to}",
        alternatives=(
            "sla conclude-review {number} {subject} --outcome renegotiate --reason TEXT --provider-satisfaction SCORE"
            " --customer-satisfaction SCORE --as {to}",
        ),
    ),
    Verb.ACKNOWLEDGE_NOTICE: Invitation(
        kind=LetterKind.NOTICE_RECEIVED,
        why="the other side has given notice, and your side proves that it has received it",
        next_step="Acknowledge that you have received the notice; without an answer it is deemed received.",
        command="sla acknowledge-notice {number} --as {to}",
    ),
    Verb.CHECK_TERMINATION: Invitation(
        kind=LetterKind.LEGAL_CHECK_WANTED,
        why="no termination takes effect before legal has answered its checklist",
        next_step="Answer each question of the checklist with yes or no.",
        command="sla check-termination {number} {subject} FILE --as {to}",
    ),
    Verb.COMPLETE_ACTION: Invitation(
        kind=LetterKind.ACTION_WANTED,
        why="you own this corrective action",
        next_step="Do what keeps this from happening again, and say what proves it.",
        command="sla complete-action {number} {subject} --evidence TEXT --as {to}",
    ),
    Verb.VERIFY_ACTION: Invitation(
        kind=LetterKind.VERIFICATION_WANTED,
        why="you are one of those who look whether a corrective action helps: never whoever has done it",
        next_step="Look at the evidence, and say whether the action helps.",
        command="sla verify-action {number} {subject} --effective --as {to}",
        alternatives=("sla verify-action {number} {subject} --not-effective --note TEXT --as {to}",),
    ),
    Verb.SETTLE_DISPUTE: Invitation(
        kind=LetterKind.SETTLEMENT_WANTED,
        why="the other side disputes a figure, and your side decides on it",
        next_step="Say whether the figure stands, or which one counts in its place.",
        command="sla settle-dispute {number} {subject} --stands --reason TEXT --as {to}",
        alternatives=("sla settle-dispute {number} {subject} --value AMOUNT --reason TEXT --evidence TEXT --as {to}",),
    ),
}
"""What each verb that somebody is waited for says to them."""
