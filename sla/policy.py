"""Who approves and who signs, as data. Source: APP-1, SIG-1."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from sla.fields import Email, Name, Percent, Value, Whole
from sla.money import Money


class Mode(StrEnum):
    """How many of a stage's approvers must approve."""

    ALL = "all"
    ANY = "any"
    QUORUM = "quorum"


class Approver(Value):
    """One seat of an approval stage, and who is called when it stays silent."""

    email: Email
    deputy: Email | None = None


class Condition(Value):
    """A stage applies when the contract's value or the discount reaches one of these."""

    value_from: Money | None = None
    discount_from: Percent | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.value_from is None and self.discount_from is None:
            raise ValueError("names neither value_from nor discount_from; at least one is expected")
        return self


class ApprovalStage(Value):
    """Approvers who decide in parallel."""

    name: Name
    mode: Mode = Mode.ALL
    quorum: Annotated[Whole, Field(ge=1, le=50)] | None = None
    approvers: tuple[Approver, ...] = Field(min_length=1, max_length=50)
    when: Condition | None = None

    @property
    def needed(self) -> int:
        """How many approvals complete the stage."""
        return {Mode.ALL: len(self.approvers), Mode.ANY: 1, Mode.QUORUM: self.quorum or 1}[self.mode]

    @model_validator(mode="after")
    def _can_be_met(self) -> Self:
        emails = [approver.email for approver in self.approvers]
        if len(set(emails)) != len(emails):
            raise ValueError(f"stage {self.name!r} names an approver twice; each once is expected")
        if self.mode is Mode.QUORUM and not 1 <= (self.quorum or 0) <= len(emails):
            raise ValueError(f"stage {self.name!r} wants a quorum from 1 to {len(emails)}")
        if clash := {approver.deputy for approver in self.approvers} & set(emails):
            raise ValueError(f"stage {self.name!r} has {clash.pop()} as an approver and a deputy; one is expected")
        return self


class OnDeadline(StrEnum):
    """What happens when the signatures are not there in time."""

    LAPSE = "lapse"
    REAPPROVE = "reapprove"


class SigningOrder(StrEnum):
    """Whether signers sign one after the other or in any order."""

    SEQUENTIAL = "sequential"
    PARALLEL = "parallel"


class SigningRule(Value):
    """How an agreement is signed."""

    order: SigningOrder = SigningOrder.PARALLEL
    within_working_days: Annotated[Whole, Field(ge=1, le=250)] = 15
    on_deadline: OnDeadline = OnDeadline.LAPSE


class ApprovalPolicy(Value):
    """Approval stages in order, the owner who is called last, and the rule of signing."""

    name: Name
    owner: Email
    stages: tuple[ApprovalStage, ...] = Field(min_length=1, max_length=20)
    signing: SigningRule = SigningRule()

    @model_validator(mode="after")
    def _always_asks_somebody(self) -> Self:
        if all(stage.when for stage in self.stages):
            raise ValueError("has only conditional stages; at least one without a condition is expected")
        if any(self.owner == approver.email for stage in self.stages for approver in stage.approvers):
            raise ValueError(f"owner {self.owner} is an approver too; an owner who decides last only is expected")
        return self
