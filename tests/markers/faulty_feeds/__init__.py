"""What version 3 of the marker left behind of feeds with a fault. See ../README.md."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from xml.etree import ElementTree as ET

import msgspec

from publisher.config.keys import LEDGER_NAME

FOLDER = Path(__file__).parent
NAMES = sorted(path.parent.name for path in FOLDER.glob("*/items.xml"))


def feed(name: str, state: str) -> bytes:
    """The feed: `faulty`, as it was published, or `repaired`."""
    return (FOLDER / name / f"{state}.xml").read_bytes()


def payloads(name: str) -> dict[str, str]:
    """The items of the node by their ids."""
    root = ET.parse(FOLDER / name / "items.xml").getroot()  # noqa: S314 - our own
    return {item.get("id", ""): ET.tostring(item[0], encoding="unicode") for item in root}


def write_ledger(name: str, state: Path, *, node: str) -> None:
    """Write the ledger of the run that published the items to `node` an hour ago."""
    state.mkdir(parents=True, exist_ok=True)
    database = sqlite3.connect(state / LEDGER_NAME)
    database.executescript((FOLDER / name / "ledger.sql").read_text(encoding="utf-8"))
    database.execute("UPDATE item SET node = ?, at = ?", (node, time.time() - 3600))
    database.execute("UPDATE node SET node = ?, looked = ?", (node, time.time() - 3600))
    database.commit()
    database.close()


def write_memory(name: str, state: Path, *, source: Path) -> None:
    """Write what the same run remembered of the feed in the file `source`."""
    kept = msgspec.msgpack.decode((FOLDER / name / "items.msgpack").read_bytes())
    memory = msgspec.msgpack.encode({**kept, "source": str(source)})
    (state / "source").mkdir(parents=True, exist_ok=True)
    (state / "source" / "items.msgpack").write_bytes(memory)
