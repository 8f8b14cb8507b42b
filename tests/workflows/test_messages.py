"""Messages take what comes: a report that is refused would stop the workflow that makes it for ever."""

import pytest

from workflows.messages import MOST_WORDS, RunFault


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("two\nlines", "two\nlines"),
        ("a bell \a and a mark \u202e", "a bell \ufffd and a mark \ufffd"),
        ("cut off: \ud800", "cut off: \ufffd"),
        (" ", "no reason is given"),
        ("x" * 9999, "x" * MOST_WORDS),
    ],
)
def test_a_fault_is_told_whatever_its_words_are(wrong: str, told: str) -> None:
    fault = RunFault(number="0001", wrong=wrong)
    assert fault.wrong == told
    assert RunFault.model_validate_json(fault.model_dump_json()) == fault
