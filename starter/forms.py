"""Where files come in: YAML to checked values, or one line for each wrong field with what would be right.

Knows which models a file may hold, and puts their complaints into plain words (`starter/complaints.py`). It decides
nothing about agreements: what a form asks for is judged by `sla`.
"""

from pathlib import Path
from typing import Self, TypeVar

from pydantic import BaseModel, Field, ValidationError, model_validator

from sla.ending_commands import Answer
from sla.errors import BadForm
from sla.fields import Day, Plain, Slug, Value, WrongField
from sla.intake import Opening, RequestForm, open_request
from sla.life import Measured, Results
from sla.provider import ProviderProfile
from sla.requirements import Requirement, Verdict
from sla.terms import Terms
from starter.complaints import bad_form, with_lines
from starter.yaml_text import read_bytes, read_sheet

_Model = TypeVar("_Model", bound=BaseModel)


class RequirementsFile(Value):
    """A file of numbered requirements."""

    requirements: tuple[Requirement, ...] = Field(min_length=1, max_length=200)

    @model_validator(mode="after")
    def _each_number_once(self) -> Self:
        _refuse_twice("requirements", "no", [row.no for row in self.requirements])
        return self


class VerdictsFile(Value):
    """A file with one verdict for each requirement."""

    verdicts: tuple[Verdict, ...] = Field(min_length=1, max_length=200)

    @model_validator(mode="after")
    def _each_requirement_once(self) -> Self:
        _refuse_twice("verdicts", "requirement", [verdict.requirement for verdict in self.verdicts])
        return self


class ResultsFile(Value):
    """A file with what the targets came to in one period, by the targets' keys; its end is outside."""

    start: Day
    end: Day
    measured: dict[Slug, Plain] = Field(min_length=1, max_length=100)

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if self.end <= self.start:
            raise WrongField(f"{self.end} is not after the start on {self.start}; a later day is expected", "end")
        return self


class AnswersFile(Value):
    """A file with the answers to the checklist of a termination."""

    answers: tuple[Answer, ...] = Field(min_length=1, max_length=50)

    @model_validator(mode="after")
    def _each_question_once(self) -> Self:
        questions = [answer.question for answer in self.answers]
        for index, answer in enumerate(self.answers):
            if answer.question in questions[:index]:
                wrong = f"{answer.question} stands twice; each question once is expected"
                raise WrongField(wrong, "answers", index, "question")
            if not answer.is_met and answer.note is None:
                raise WrongField("is missing; why the question is not met is expected", "answers", index, "note")
        return self


def _refuse_twice(field: str, key: str, numbers: list[int]) -> None:
    for index, number in enumerate(numbers):
        if number in numbers[:index]:
            raise WrongField(f"{number} stands twice; each number once is expected", field, index, key)


def parse(model: type[_Model], data: bytes, source: str) -> _Model:
    """The value that a YAML file holds. Raises BadInput or BadForm; unknown fields are refused at every depth."""
    sheet = read_sheet(data, source)
    try:
        return model.model_validate(sheet.value, extra="forbid")
    except ValidationError as error:
        raise bad_form(model, sheet, error) from None


def parse_request(data: bytes, source: str = "form") -> RequestForm:
    """A request form. Source: INT-1."""
    return parse(RequestForm, data, source)


def parse_provider(data: bytes, source: str = "provider") -> ProviderProfile:
    """A provider's profile: catalogue, people, calendars, policies."""
    return parse(ProviderProfile, data, source)


def parse_terms(data: bytes, source: str = "terms") -> Terms:
    """Terms, complete or not; the gate of drafting says what an edition still lacks. Source: DRA-1."""
    return parse(Terms, data, source)


def parse_requirements(data: bytes, source: str = "requirements") -> tuple[Requirement, ...]:
    """The rows under `requirements:`, each number once. Source: INT-3."""
    return parse(RequirementsFile, data, source).requirements


def parse_verdicts(data: bytes, source: str = "verdicts") -> tuple[Verdict, ...]:
    """The rows under `verdicts:`, each requirement once. Source: FEA-1."""
    return parse(VerdictsFile, data, source).verdicts


def parse_results(data: bytes, source: str = "results") -> Results:
    """What was measured from `start` until `end`, target by target."""
    found = parse(ResultsFile, data, source)
    measured = tuple(Measured(target=target, value=value) for target, value in found.measured.items())
    return Results(start=found.start, end=found.end, measured=measured)


def parse_answers(data: bytes, source: str = "answers") -> tuple[Answer, ...]:
    """The rows under `answers:`, each question once, with a note where it is not met. Source: TER-1."""
    return parse(AnswersFile, data, source).answers


def load_request(path: str | Path) -> RequestForm:
    """A request form from a file, or from standard input for `-`."""
    return parse_request(*read_bytes(path))


def load_opening(path: str | Path, provider: ProviderProfile) -> Opening:
    """A request form from a file, joined with the provider's profile. Raises BadInput or BadForm. Source: INT-1."""
    data, source = read_bytes(path)
    form = parse_request(data, source)
    try:
        return open_request(form, provider, source)
    except BadForm as error:
        raise with_lines(error, read_sheet(data, source)) from None


def load_provider(path: str | Path) -> ProviderProfile:
    """A provider's profile from a file, or from standard input for `-`."""
    return parse_provider(*read_bytes(path))


def load_terms(path: str | Path) -> Terms:
    """Terms from a file, or from standard input for `-`."""
    return parse_terms(*read_bytes(path))


def load_requirements(path: str | Path) -> tuple[Requirement, ...]:
    """Requirements from a file, or from standard input for `-`."""
    return parse_requirements(*read_bytes(path))


def load_verdicts(path: str | Path) -> tuple[Verdict, ...]:
    """Verdicts from a file, or from standard input for `-`."""
    return parse_verdicts(*read_bytes(path))


def load_results(path: str | Path) -> Results:
    """Results of a period from a file, or from standard input for `-`."""
    return parse_results(*read_bytes(path))


def load_answers(path: str | Path) -> tuple[Answer, ...]:
    """Legal's answers from a file, or from standard input for `-`."""
    return parse_answers(*read_bytes(path))
