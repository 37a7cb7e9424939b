"""What a process does that reads posts side by side with a first run (`sources.side_by_side`)."""

from __future__ import annotations

from functools import partial
from typing import IO, TYPE_CHECKING

from publisher import entry
from publisher.sources import helper

if TYPE_CHECKING:
    from multiprocessing.connection import Connection


def main(job: IO[bytes], connection: Connection) -> None:
    """Read the posts that the run names, and send what the run keeps of them."""
    helper.serve(job, connection, partial(entry.facts_of, ()))
