"""What people type where a closed set of words is expected, as values of the business."""

from collections.abc import Sequence

from sla.errors import BadInput
from sla.life import ChangeKind


def change_kinds(typed: Sequence[str]) -> tuple[ChangeKind, ...]:
    """The kinds of change in words that stand apart or with commas between, each once. Raises BadInput."""
    words = [word.strip().lower() for each in typed for word in each.split(",") if word.strip()]
    right = f"one or more of {', '.join(ChangeKind)} are expected"
    if not words:
        raise BadInput("--what", "names nothing that is to change", right)
    for word in words:
        if word not in set(ChangeKind):
            raise BadInput("--what", f"{word!r:.40} is nothing that a change can be about", right)
    return tuple(dict.fromkeys(ChangeKind(word) for word in words))
