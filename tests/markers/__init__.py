"""What each version of the marker left behind at a node, with the ledger. See README.md."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from xml.etree import ElementTree as ET

from publisher.config.keys import LEDGER_NAME

FOLDER = Path(__file__).parent
POSTS = FOLDER / "posts"
VERSIONS = sorted(path.parent.name for path in FOLDER.glob("*/items.xml"))
ANOTHER = "0" * 64  # a fingerprint that no post has
ATOM = "{http://www.w3.org/2005/Atom}"
FINGERPRINT = "{urn:uuid:5c2b6ac1-9a6b-4e0b-8a3a-2f6d1d9b7e54}fingerprint"


def payloads(version: str, *, is_reread: bool = False) -> dict[str, str]:
    """The items by their ids.

    `is_reread`: as a version would have made them that reads the same posts in another way.
    """
    found: dict[str, str] = {}
    for item in ET.parse(FOLDER / version / "items.xml").getroot():  # noqa: S314 - our own
        (entry,) = item
        if is_reread:
            _set_text(entry, FINGERPRINT, ANOTHER)
            _set_text(entry, f"{ATOM}content", "As it was read before.")
        found[item.get("id", "")] = ET.tostring(entry, encoding="unicode")
    return found


def _set_text(entry: ET.Element, name: str, text: str) -> None:
    for element in entry.findall(name):
        element[:] = []
        element.text = text


def write_ledger(
    version: str, state: Path, *, node: str, is_reread: bool = False, is_cut_off: bool = False
) -> None:
    """Write the ledger of the run that published the items to `node` an hour ago.

    `is_cut_off`: the run died when the items had left, before the node acknowledged any of them.
    """
    state.mkdir(parents=True)
    database = sqlite3.connect(state / LEDGER_NAME)
    database.executescript((FOLDER / version / "ledger.sql").read_text(encoding="utf-8"))
    database.execute("UPDATE item SET node = ?, at = ?", (node, time.time() - 3600))
    database.execute("UPDATE node SET node = ?, looked = ?", (node, time.time() - 3600))
    if is_reread:
        database.execute("UPDATE item SET fingerprint = ?", (ANOTHER,))
    if is_cut_off:
        database.execute("UPDATE item SET done = 0, seen = 0")
    database.commit()
    database.close()
