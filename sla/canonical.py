"""One way to turn a value into bytes, and bytes into a digest. Nothing else in the product hashes."""

import hashlib
from collections.abc import Mapping
from functools import cached_property
from typing import Self, cast

import rfc8785
from pydantic import BaseModel

from sla.fields import Value


def canonical_json(value: BaseModel) -> bytes:
    """The RFC 8785 bytes of a value: sorted keys, no blanks, decimals as strings.

    Absent optional fields are left out, so that a later release that adds one keeps the old digests.
    """
    document = value.model_dump(mode="json", exclude_none=True)
    return rfc8785.dumps(cast("dict[str, str]", document))


def digest(value: BaseModel) -> str:
    """SHA-256 over the canonical JSON, in small hexadecimal letters."""
    return hashlib.sha256(canonical_json(value)).hexdigest()


class Digested(Value):
    """A frozen value that is known by its hash, and takes it once: a transition asks for it dozens of times."""

    @cached_property
    def hash(self) -> str:
        """SHA-256 over the canonical JSON."""
        return digest(self)

    def model_copy(self, *, update: Mapping[str, object] | None = None, deep: bool = False) -> Self:
        """A copy, which takes its own hash."""
        copy = super().model_copy(update=update, deep=deep)
        copy.__dict__.pop("hash", None)
        return copy


def text_digest(text: str) -> str:
    """SHA-256 over the UTF-8 bytes of a text."""
    return hashlib.sha256(text.encode()).hexdigest()
