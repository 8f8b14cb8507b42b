"""What one command runs with: where it writes, whether as JSON, which settings, and the words that were typed.

Imports nothing heavy, so that help answers at once; settings and neighbours come when a command asks for them.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from activities.settings import Settings
    from activities.views import Views

AS_JSON = "--json"


@dataclass
class Session:
    """One call of the command line. `given` holds settings that do not come from the environment."""

    arguments: tuple[str, ...]
    out: TextIO = field(default_factory=lambda: sys.stdout)
    err: TextIO = field(default_factory=lambda: sys.stderr)
    given: "Settings | None" = None
    exit_status: int = 0
    views: "Views | None" = None
    """The register, once it is open."""
    at_end: list[Callable[[], None]] = field(default_factory=list)

    @property
    def as_json(self) -> bool:
        """Whether the answer, errors included, is one JSON document. True for a usage error with `--json`, too."""
        before_end = self.arguments[: self.arguments.index("--")] if "--" in self.arguments else self.arguments
        return AS_JSON in before_end

    @property
    def settings(self) -> "Settings":
        """The settings: given ones, or those of the environment. Raises BadInput for one that does not hold."""
        if self.given is None:
            self.given = _settings_of_environment()
        return self.given

    def close(self) -> None:
        """Gives back what was opened."""
        self.views = None
        while self.at_end:
            self.at_end.pop()()


def _settings_of_environment() -> "Settings":
    from pydantic import ValidationError

    from activities.settings import Settings
    from sla.errors import BadInput

    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "SLA_" + "_".join(str(part) for part in first["loc"]).upper()
        raise BadInput(name, first["msg"].removeprefix("Value error, ")) from None
