from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from rehearsal.outline import outline_of
from rehearsal.papers import MADE, papers_beside
from rehearsal.reading import read, written
from rehearsal.scenario import Manner, Papers, Scenario
from sla.errors import BadForm
from sla.stages import Verb
from sla.terms import Renewal, RenewalMode, Terms
from tests.people import FINN, HUGO, a_state, terms
from tests.rehearsal.ahead import EXAMPLES

BEGINS = datetime(2026, 11, 30, 8, tzinfo=UTC)
TACIT = Papers(
    terms=terms(renewal=Renewal(mode=RenewalMode.TACIT, renewal_months=12, notice_months=3)), terms_from="draft.yaml"
)


def reading(folder: Path, text: str, until: datetime | None = None) -> Scenario:
    """What a scenario file of this text says about the standing request (2027, reviews in April, July, October)."""
    path = folder / "scenario.yaml"
    path.write_text(text, encoding="utf-8")
    return read(written(path), outline_of(a_state(), TACIT, BEGINS, until))


def faults(folder: Path, text: str, until: datetime | None = None) -> list[str]:
    with pytest.raises(BadForm) as caught:
        reading(folder, text, until)
    return [str(fault) for fault in caught.value.faults]


def step(**fields: str) -> str:
    return "name: A scenario\nsteps:\n" + one(**fields)


def one(**fields: str) -> str:
    lines = [f"{'  - ' if no == 0 else '    '}{name}: {value}\n" for no, (name, value) in enumerate(fields.items())]
    return "".join(lines)


def test_the_shortest_scenario_is_everybody_prompt(tmp_path: Path) -> None:
    scenario = reading(tmp_path, "name: Short\n")
    assert (scenario.name, scenario.default, scenario.steps) == ("Short", Manner.PROMPT, ())


def test_rules_for_people_are_read(tmp_path: Path) -> None:
    scenario = reading(tmp_path, f"name: Rules\npeople: {{default: slow, {HUGO}: silent}}\n")
    assert (scenario.default, scenario.manners) == (Manner.SLOW, {HUGO: Manner.SILENT})


def test_a_step_has_its_line_its_verb_and_its_words(tmp_path: Path) -> None:
    text = step(when="review 2", who=FINN, does="conclude-review", **{"with": "{outcome: renegotiate}"})
    found = reading(tmp_path, text).steps[0]
    assert (found.line, found.verb, found.given) == (3, Verb.CONCLUDE_REVIEW, {"outcome": "renegotiate"})


@pytest.mark.parametrize(("word", "approve"), [("approve", True), ("reject", False)])
def test_approvals_are_called_as_on_the_command_line(tmp_path: Path, word: str, approve: bool) -> None:
    found = reading(tmp_path, step(when="on approving", who=HUGO, does=word)).steps[0]
    assert (found.verb, found.given) == (Verb.DECIDE, {"approve": approve})


def test_terms_may_be_a_file_beside_the_scenario(tmp_path: Path) -> None:
    draft = (EXAMPLES / "managed-printing" / "draft.yaml").read_text(encoding="utf-8")
    (tmp_path / "new.yaml").write_text(draft, encoding="utf-8")
    text = step(when="on amendment", who=FINN, does="submit_draft", **{"with": "{terms: new.yaml}"})
    assert isinstance(reading(tmp_path, text).steps[0].given["terms"], Terms)


class Wrong(NamedTuple):
    """A step that does not hold, and what is said about it."""

    fields: dict[str, str]
    line: int
    words: tuple[str, ...]


ANA_SIGNS = {"who": "ana@northwind.example", "does": "sign"}
NOTICE = {"who": "ana@northwind.example", "does": "give_notice"}
REVIEW = {"when": "review 1", "who": FINN, "does": "conclude_review"}
WRONG = [
    Wrong({"when": "someday", **ANA_SIGNS}, 3, ("steps[0].when", "'someday' is no moment", "is expected")),
    Wrong({"when": "2027-02-30", **ANA_SIGNS}, 3, ("no day of the calendar", "2027-02-01 09:30")),
    Wrong({"when": "9999-12-31", **ANA_SIGNS}, 3, ("'9999-12-31' is out of range", "1990 to 2199 is expected")),
    Wrong({"when": "+1d", "who": "an@northwind.example", "does": "sign"}, 4, ("did you mean ana@northwind.example?",)),
    Wrong({"when": "+1d", "who": "eve@elsewhere.example", "does": "sign"}, 4, ("takes no part", FINN)),
    Wrong({"when": "+1d", "who": FINN, "does": "sing"}, 5, ("'sing' is no verb", "did you mean sign?")),
    Wrong({"when": "+1d", "who": FINN, "does": "take_step"}, 5, ("is no verb",)),
    Wrong({"when": "+1d", "who": FINN}, 3, ("`does` and `becomes`", "one of them is expected")),
    Wrong({"when": "+1d", "who": FINN, "does": "sign", "becomes": "slow"}, 3, ("one of them is expected",)),
    Wrong({"when": "+1d", "who": "everybody", "does": "sign"}, 4, ("one person is expected",)),
    Wrong({"when": "+1d", **NOTICE, "with": "{reson: x}"}, 6, ("with.reson", "did you mean reason?")),
    Wrong({"when": "+1d", **NOTICE, "with": "{end: soon}"}, 6, ("with.end", "2027-02-28")),
    Wrong({**REVIEW, "with": "{outcome: renegotiat}"}, 6, ("did you mean renegotiate?",)),
    Wrong({**REVIEW, "with": "{customer_satisfaction: 9}"}, 6, ("at most 5",)),
    Wrong({"when": "+1d", "who": FINN, "does": "comment"}, 3, ("text is missing",)),
    Wrong({"when": "+1d", "who": FINN, "does": "submit_draft", "with": "{terms: no.yaml}"}, 6, ("does not exist",)),
    Wrong({"when": "+1d", "who": FINN, "does": "submit_draft", "with": "{terms: {limit: []}}"}, 6, ("terms.limit",)),
    Wrong({"when": "2026-01-01", **ANA_SIGNS}, 3, ("before the rehearsal begins on 2026-11-30",)),
    Wrong({"when": "2029-06-01", **ANA_SIGNS}, 3, ("after the rehearsal ends on 2028-12-01",)),
    Wrong({"when": "review 30", **ANA_SIGNS}, 3, ("after the rehearsal ends",)),
    Wrong({"when": "1d after step b", **ANA_SIGNS}, 3, ("'b' that is not there",)),
    Wrong({"name": "a", "when": "1d after step a", **ANA_SIGNS}, 4, ("loop", "an earlier step is expected")),
]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: f"{wrong.words[0]:.30}")
def test_a_step_that_does_not_hold_is_answered_by_its_line(tmp_path: Path, wrong: Wrong) -> None:
    said = faults(tmp_path, step(**wrong.fields), until=datetime(2028, 12, 1, tzinfo=UTC))
    assert len(said) == 1, said
    assert said[0].startswith(f"line {wrong.line}, "), said
    assert all(word in said[0] for word in wrong.words), said


def test_times_out_of_order_are_answered_with_both_lines(tmp_path: Path) -> None:
    text = step(when="review 3", **ANA_SIGNS) + one(when="2027-05-05", **ANA_SIGNS)
    said = faults(tmp_path, text)
    assert len(said) == 1
    assert said[0].startswith("line 6, steps[1].when: is out of order")
    assert "'review 3' on line 3" in said[0]


def test_days_before_one_end_stand_in_their_order(tmp_path: Path) -> None:
    text = step(when="10d before end", **ANA_SIGNS) + one(when="30d before end", **ANA_SIGNS)
    assert "out of order" in faults(tmp_path, text)[0]


def test_after_a_renewal_the_next_end_is_meant(tmp_path: Path) -> None:
    text = (
        step(when="10d before end", **NOTICE) + one(when="on renewal", **NOTICE) + one(when="30d before end", **NOTICE)
    )
    assert len(reading(tmp_path, text).steps) == 3


def test_a_change_asked_for_in_each_review_is_a_loop(tmp_path: Path) -> None:
    words = {"with": "{kinds: [hours], text: More.}"}
    said = faults(tmp_path, step(when="each review", who=FINN, does="request_change", **words))
    assert len(said) == 1
    assert "makes a loop" in said[0]
    assert "`review 2`" in said[0]


def test_two_steps_that_wait_on_each_other_are_a_loop(tmp_path: Path) -> None:
    text = step(name="a", when="1d after step b", **ANA_SIGNS) + one(name="b", when="1d after step a", **ANA_SIGNS)
    said = faults(tmp_path, text)
    assert len(said) == 1
    assert "makes a loop: it waits for step 'b' on line 7" in said[0]


def test_a_name_that_stands_twice_is_refused(tmp_path: Path) -> None:
    text = step(name="a", when="+1d", **ANA_SIGNS) + one(name="a", when="+1d", **ANA_SIGNS)
    assert "is the name of line 3 too" in faults(tmp_path, text)[0]


def test_every_fault_is_told_at_once_in_the_order_of_the_lines(tmp_path: Path) -> None:
    text = "name: A scenario\npeople: {eve@elsewhere.example: slow}\nsteps:\n"
    text += one(when="someday", who="nobody", does="sing") + one(when="+1d", **ANA_SIGNS, becomes="prompt")
    assert [said.split(",")[0] for said in faults(tmp_path, text)] == [f"line {no}" for no in (2, 4, 5, 6, 7)]


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("name: A\nstep: []\n", "did you mean steps?"),
        ("name: A\npeople: {default: fast}\n", "one of prompt, slow, silent is expected"),
        ("name: A\nsteps: {when: now}\n", "a list"),
        ("steps: []\n", "name: is missing"),
        ("", "line 1, the scenario: is empty; lines such as `name: The second review goes badly`"),
        ("- name: A\n", "line 1, the scenario: is not a mapping; lines such as `name: "),
    ],
)
def test_a_file_that_is_no_scenario_says_what_would_be(tmp_path: Path, text: str, right: str) -> None:
    assert right in " ".join(faults(tmp_path, text))


def test_a_file_that_is_no_text_is_called_a_scenario(tmp_path: Path) -> None:
    path = tmp_path / "scenario.yaml"
    path.write_bytes(b"name: A\n\xff\xfe\x80")
    with pytest.raises(BadForm, match="line 2, the scenario: is not UTF-8; save the scenario as UTF-8"):
        written(path)


def test_a_step_is_told_in_the_words_of_the_file(tmp_path: Path) -> None:
    words = {"with": "{outcome: renegotiate, reason: Too dear.}"}
    text = step(when="review 2", who=FINN, does="conclude-review", **words)
    text += one(when="+1d", who="everybody", becomes="silent")
    assert [each.told for each in reading(tmp_path, text).steps] == [
        f"review 2: {FINN} does conclude-review with outcome: renegotiate, reason: Too dear.",
        "+1d: everybody becomes silent",
    ]


def test_the_papers_beside_a_form_are_found() -> None:
    papers = papers_beside(EXAMPLES / "managed-printing.yaml", None)
    assert (papers.terms_from, len(papers.requirements), set(papers.verdicts)) == (
        "draft.yaml", 7, {"technical", "commercial"},
    )  # fmt: skip


def test_without_a_draft_the_terms_are_made_and_that_is_said(tmp_path: Path) -> None:
    papers = papers_beside(tmp_path / "form.yaml", None)
    assert (papers.terms, papers.terms_from) == (None, MADE)
