"""A mail server for one machine: takes every message and keeps it as a file that a person can open.

Knows SMTP and one folder. Delivers nothing, refuses nobody, reads no agreement. A message is on the disk before
its sender hears "250"; the same Message-ID again replaces the file and adds a line to the list of receipts.
"""

import argparse
import asyncio
import hashlib
import json
import os
import re
import signal
from collections import Counter
from datetime import UTC, datetime
from email.parser import BytesHeaderParser
from email.policy import compat32
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

RECEIPTS = "received.jsonl"
"""One line per message taken: when, its Message-ID, for whom, in which file."""

LARGEST_MESSAGE_BYTES = 10_000_000


class Mailbox:
    """Where messages go. The handler of one sink."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keeps one message; the name is what aiosmtpd calls."""
        content = envelope.original_content or b""
        message_id = _message_id(content)
        name = file_name(message_id, content)
        _write_whole(self._folder / name, content)
        self._note_receipt(message_id, envelope.rcpt_tos, name)
        return "250 Kept"

    def _note_receipt(self, message_id: str, recipients: list[str], name: str) -> None:
        line = {"at": datetime.now(UTC).isoformat(), "message_id": message_id, "to": recipients, "file": name}
        with (self._folder / RECEIPTS).open("a", encoding="utf-8") as receipts:
            receipts.write(json.dumps(line) + "\n")


def receipts(folder: Path) -> Counter[str]:
    """How often each Message-ID arrived. An honest mailroom leaves a 1 everywhere."""
    path = folder / RECEIPTS
    if not path.exists():
        return Counter()
    return Counter(json.loads(line)["message_id"] for line in path.read_text(encoding="utf-8").splitlines())


def file_name(message_id: str, content: bytes) -> str:
    """A name that is safe on every disk, and the same for the same Message-ID.

    A Message-ID that had to be changed for it carries a digest, so that two never share a file.
    """
    bare = message_id.strip("<>")
    plain = re.sub(r"[^A-Za-z0-9@._+-]", "_", bare).lstrip(".")[:150]
    if plain and plain == bare:
        return f"{plain}.eml"
    digest = hashlib.sha256(bare.encode() or content).hexdigest()[:16]
    return f"{plain}-{digest}.eml" if plain else f"{digest}.eml"


def _message_id(content: bytes) -> str:
    header = BytesHeaderParser(policy=compat32).parsebytes(content).get("Message-ID", "")
    return str(header).strip()


def _write_whole(path: Path, content: bytes) -> None:
    """A reader, or a crash, meets the whole file or none."""
    draft = path.with_suffix(".part")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


async def serve(port: int, folder: Path) -> None:
    """Takes mail on loopback until SIGTERM or SIGINT."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    mailbox = Mailbox(folder)
    server = await loop.create_server(
        lambda: SMTP(mailbox, enable_SMTPUTF8=True, data_size_limit=LARGEST_MESSAGE_BYTES), "127.0.0.1", port
    )
    async with server:
        print("mail sink ready", flush=True)
        await ended.wait()


def main() -> None:
    """The command line: `python -m starter.mail_sink --port 1025 --folder var/letters`."""
    parser = argparse.ArgumentParser(description="Takes every mail on loopback and keeps it as a file.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    options = parser.parse_args()
    asyncio.run(serve(options.port, options.folder))


if __name__ == "__main__":
    main()
