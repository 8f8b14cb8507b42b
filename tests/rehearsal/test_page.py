"""The page of a rehearsal: whole, harmless, and the same for the same timeline."""

import re
from html.parser import HTMLParser
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from rehearsal.page import page
from rehearsal.picture import pictures
from rehearsal.signs import SIGNS, Shape
from rehearsal.timeline import Timeline
from sla.events import Fact
from sla.release import VERSION
from tests.rehearsal.lives import REFUSED, declined, rehearsed, ten_years, three_years

_VOID = {"meta"}
HOSTILE = "</title></svg><script>alert(1)</script><img src=x onerror=alert(1)> \" ' & {{ 7*7 }} ]]> <!--"


@pytest.fixture(params=[three_years, ten_years, declined], ids=lambda life: life.__name__)
def found(request: pytest.FixtureRequest) -> Timeline:
    return rehearsed(request.param)


class Reader(HTMLParser):
    """Reads a page strictly: every element is closed by its own name."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def drawings(text: str) -> list[ElementTree.Element]:
    return [ElementTree.fromstring(each) for each in re.findall(r"<svg .*?</svg>", text, re.DOTALL)]


def numbers(element: ElementTree.Element) -> list[int]:
    return [int(no) for each in element.iter("g") for no in each.get("data-no", "").split()]


def test_the_page_is_well_formed(found: Timeline) -> None:
    read = Reader(page(found))
    assert {"html", "title", "main", "table", "svg", "footer"} <= {tag for tag, _ in read.elements}


def test_every_drawing_is_xml(found: Timeline) -> None:
    assert len(drawings(page(found))) > len(Shape) / 4


def test_the_page_loads_nothing(found: Timeline) -> None:
    text = page(found)
    assert re.search(r"https?://|//[a-z]|@import|src=|<script|<link|<iframe", text) is None
    addresses = {value for _, each in Reader(text).elements for name, value in each.items() if name == "href"}
    assert all(address and address.startswith("#s-") for address in addresses)
    assert set(re.findall(r"url\((.*?)\)", text)) == {"#hatch"}


def test_every_mark_is_in_the_picture_once(found: Timeline) -> None:
    whole = next(each for each in drawings(page(found)) if each.get("aria-labelledby") == "whole-t whole-d")
    assert sorted(numbers(whole)) == [mark.no for mark in found.marks]


def test_every_mark_is_in_the_table(found: Timeline) -> None:
    read = Reader(page(found))
    assert [each["id"] for each in read.all("tr") if each.get("id")] == [f"e{mark.no}" for mark in found.marks]
    assert [mark.sentence for mark in found.marks if mark.sentence not in read.words] == []


def test_every_letter_is_told_with_its_reader(found: Timeline) -> None:
    told = page(found)
    total = sum(int(number) for number in re.findall(r'class="letters">(\d+) letters?:', told))
    assert total == found.figures.letters


def test_what_is_too_short_for_the_whole_is_shown_enlarged() -> None:
    assert [each.key for each in pictures(rehearsed(ten_years))] == ["whole", "making", "amendment-1", "amendment-2"]


def test_a_short_life_is_one_picture() -> None:
    assert [each.key for each in pictures(rehearsed(declined))] == ["whole"]


def test_nothing_is_drawn_outside_its_picture(found: Timeline) -> None:
    for each in pictures(found):
        assert all(0 <= sign.x <= 1180 and each.top < sign.y < each.bottom for sign in each.signs)
        assert all(bar.x >= 136 and bar.x + bar.width <= 1180 for bar in each.bars)
        assert all(0 < milestone.y <= each.top for milestone in each.milestones)


def test_words_above_the_axis_never_meet(found: Timeline) -> None:
    spans: dict[float, list[tuple[float, float]]] = {}
    for each in pictures(found)[0].milestones:
        length = len(each.text) * 6.4
        spans.setdefault(each.y, []).append((each.x - length, each.x) if each.is_left else (each.x, each.x + length))
    for row in spans.values():
        ordered = sorted(row)
        assert all(one[1] <= other[0] for one, other in pairwise(ordered))


def test_every_fact_has_its_sign() -> None:
    assert set(SIGNS) == set(Fact)


def test_every_sign_of_the_legend_is_drawn(found: Timeline) -> None:
    drawn = {each.get("id"): len(each) for svg in drawings(page(found)) for each in svg.iter("g") if each.get("id")}
    used = {f"s-{SIGNS[mark.fact].shape}" for mark in found.marks}
    assert set(drawn) == used
    assert all(drawn.values())


@pytest.mark.parametrize("field", ["title", "provider", "customer", "scenario", "terms_from", "why", "service"])
def test_hostile_text_comes_out_literally(field: str) -> None:
    read = Reader(page(rehearsed(declined).model_copy(update={field: HOSTILE})))
    assert HOSTILE.rstrip(".") in read.words
    assert not read.all("script")
    assert not read.all("img")


def test_hostile_sentences_reasons_and_names_come_out_literally() -> None:
    calm = rehearsed(three_years)
    marks = tuple(
        mark.model_copy(update={"sentence": HOSTILE, "name": HOSTILE, "reason": f"why {HOSTILE}"})
        for mark in calm.marks
    )
    refused = REFUSED.model_copy(update={"who": HOSTILE, "sentence": HOSTILE})
    text = page(calm.model_copy(update={"marks": marks, "refused": (refused,), "assumptions": (HOSTILE,)}))
    assert not Reader(text).all("script")
    assert numbers(drawings(text)[1])


def test_ten_years_stay_small() -> None:
    assert len(page(rehearsed(ten_years)).encode()) < 300_000


def test_the_same_timeline_gives_the_same_page(found: Timeline) -> None:
    assert page(found) == page(Timeline.model_validate_json(found.model_dump_json()))


def test_the_page_says_that_it_is_a_rehearsal_and_of_what(found: Timeline) -> None:
    told = " ".join(Reader(page(found)).words.split())
    said = ["Rehearsal: none of this has happened", f"sla-life {VERSION}", found.scenario, found.terms_from]
    hashes = [each.hash for each in found.editions]
    assert [each for each in (*said, *found.assumptions, *hashes) if each not in told] == []


def test_a_copied_agreement_tells_what_has_happened_from_what_is_rehearsed() -> None:
    calm = rehearsed(ten_years)
    found = calm.model_copy(update={"happened": 40, "begins": calm.marks[40].at})
    told = " ".join(Reader(page(found)).words.split())
    assert "Rehearsal: nothing after event 40 has happened" in told
    assert "The first 40 events are the agreement's own record" in told
    assert [each.key for each in pictures(found)] == ["whole", "amendment-1", "amendment-2"]


def test_a_row_that_is_a_step_of_the_scenario_says_so_in_words() -> None:
    found = rehearsed(three_years)
    marked = tuple(mark.model_copy(update={"step": 3}) if mark.no == 5 else mark for mark in found.marks)
    told = " ".join(Reader(page(found.model_copy(update={"marks": marked}))).words.split())
    assert told.count("Step 3") == 1
    assert f"Step 3 of the scenario {found.marks[4].sentence}" in told


def test_pictures_are_told_to_those_who_do_not_see_them(found: Timeline) -> None:
    shown = [each for each in drawings(page(found)) if each.get("role") == "img"]
    assert len(shown) == len(pictures(found))
    for each in shown:
        title, description = each[0], each[1]
        assert each.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
        assert title.text
        assert description.text


def test_every_column_and_row_of_a_table_names_its_cells(found: Timeline) -> None:
    assert {each.get("scope") for each in Reader(page(found)).all("th")} == {"col", "row", "rowgroup"}


def test_an_agreement_that_goes_on_has_no_end_in_the_picture() -> None:
    going = rehearsed(three_years)
    cut = tuple(mark for mark in going.marks if mark.at.year < 2029)
    found = going.model_copy(update={"marks": cut, "until": cut[-1].at, "why": None})
    assert not any(each.is_end for each in pictures(found)[0].milestones)
