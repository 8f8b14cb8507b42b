"""One way to turn a value into bytes, and bytes into a digest. Nothing else in the product hashes."""

import hashlib
from collections.abc import Mapping
from functools import cached_property
from json.encoder import encode_basestring
from typing import Self, cast

import rfc8785
from pydantic import BaseModel

from sla.fields import Value


def canonical_json(value: BaseModel) -> bytes:
    """The RFC 8785 bytes of a value: sorted keys, no blanks, decimals as strings.

    Absent optional fields are left out, so that a later release that adds one keeps the old digests.
    """
    document = value.model_dump(mode="json", exclude_none=True)
    return _flat(document) or rfc8785.dumps(cast("dict[str, str]", document))


_SAFE = 2**53
"""Whole numbers below it are the same number to every reader of JSON; `rfc8785` refuses the others."""


def _flat(document: object) -> bytes | None:
    """The same bytes many times as fast where each name is an ASCII word and beside it stands a text or a whole number,
    as in a row of evidence; else None."""
    if type(document) is not dict:
        return None
    parts: list[str] = []
    for name, cell in sorted(document.items()):
        if not (name.isascii() and name.isidentifier()):
            return None
        if type(cell) is str:
            parts.append(f'"{name}":{encode_basestring(cell)}')
        elif type(cell) is int and -_SAFE < cell < _SAFE:
            parts.append(f'"{name}":{cell}')
        else:
            return None
    return f"{{{','.join(parts)}}}".encode()


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
