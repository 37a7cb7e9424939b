"""Read files in another process, for a run that has many to read (`side_by_side`)."""

from __future__ import annotations

import pickle
from functools import partial
from itertools import islice
from typing import IO, TYPE_CHECKING

from msgspec import Struct

from publisher.sources import each_file, site_folder
from publisher.sources.engines import RECORDS
from publisher.sources.engines.file_reader import read_file
from publisher.sources.kept import Kept
from publisher.sources.post_files import PostFiles
from publisher.sources.walk import FileState, Listing
from publisher.system import disk_traces

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping
    from multiprocessing.connection import Connection
    from pathlib import PurePosixPath

    from publisher.config import Config, Site
    from publisher.sources.kept import Facts
    from publisher.text.yaml_document import Value

    FactsOf = Callable[[Site, Mapping[str, Value]], Facts]


class Job(Struct, frozen=True):
    """What another process must know to read files as the run does.

    `files` and `committed` are those of `PostFiles`. The other values are those of `Kept`.
    """

    config: Config
    files: dict[str, FileState]
    committed: dict[PurePosixPath, dt.datetime]
    now: dt.datetime
    horizon: int


def serve(file: IO[bytes], connection: Connection, facts_of: FactsOf) -> None:
    """Read the files of one share after the other, until the run closes the connection.

    The answer to a share is what `Kept.take` takes. Ends early if that cannot be kept.
    """
    job: Job = pickle.load(file)  # noqa: S301 - our own run wrote it
    with disk_traces.recorded() as seen:
        kept = _kept(job)
        facts = facts_of(job.config.site, kept.reader.settings)
        told = 0
        while share := _next(connection):
            for path in share:
                # What was published early is known by the run, which reads such a post again.
                each_file.read_and_keep(kept, path, lambda _: False)
            news = dict(islice(seen.items(), told, None))
            told = len(seen)
            data = kept.document(news, facts)
            if data is None:
                return
            connection.send_bytes(data)
            kept.forget()


def _kept(job: Job) -> Kept:
    config, record = job.config, RECORDS[job.config.posts.engine]
    folder = PostFiles(
        config=config,
        posts=config.posts.path,
        site=site_folder.site_of(config),
        files=job.files.keys(),
        reach=site_folder.reach_of(config),
        committed=job.committed,
    )
    reader = record.reader(folder, record)
    read = partial(read_file, reader, now=job.now)
    return Kept(reader, Listing(job.files, []), job.now, read, job.horizon)


def _next(connection: Connection) -> list[str]:
    """The next share; empty if there is none."""
    try:
        share: list[str] = connection.recv()
    except (EOFError, OSError):
        return []
    return share
