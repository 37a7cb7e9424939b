"""The newest state of the site, read anew after each change, and who waits for the next."""

from __future__ import annotations

import asyncio
import os
import secrets
import stat
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct, field

from publisher import config as configs
from publisher.app.serve import shown
from publisher.errors import PublisherError
from publisher.system.threads import in_thread

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from publisher.app.serve.shown import Shown
    from publisher.config import Config


class PreviewState(Struct):
    """What the server shows now.

    `shown` is None until the posts were read once. `error` says why the newest state could not be
    read; then `shown` is the one before. `on_read` is called after each reading.
    """

    config: Config
    on_read: Callable[[PreviewState], None]
    shown: Shown | None = None
    error: str = ""
    is_ending: bool = False
    _changes: int = 0
    _start: str = field(default_factory=lambda: secrets.token_hex(4))
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def version(self) -> str:
        """Another one after every reading, and after every start of the server."""
        return f"{self._start}-{self._changes}"

    @property
    def folders(self) -> dict[Path, tuple[int, int]]:
        """The folders of the posts and of the built site that exist, with device and inode."""
        found = {}
        for folder in filter(None, (self.config.posts.path, self.config.site.output)):
            with suppress(OSError):
                status = folder.stat()
                if stat.S_ISDIR(status.st_mode):
                    found[folder] = (status.st_dev, status.st_ino)
        return found

    def settings(self) -> frozenset[tuple[str, int, int]]:
        """The names, sizes and times of publisher.yaml and of the files beside it.

        The folder itself may be too large to be watched: the settings of the site lie in it, but
        so do the libraries of its generator.
        """
        with suppress(OSError), os.scandir(self.config.path.parent) as entries:
            found = [(one.name, one.stat()) for one in entries if one.is_file()]
            return frozenset((name, stat.st_size, stat.st_mtime_ns) for name, stat in found)
        return frozenset()

    async def read(self) -> None:
        """Read the configuration and the posts in a thread, and wake those who wait."""
        try:
            self.config = await in_thread(partial(configs.load, self.config.path))
            self.shown = await in_thread(partial(shown.read, self.config))
            self.error = ""
        except PublisherError as error:
            self.error = str(error)
        self._changes += 1
        self.on_read(self)
        async with self._changed:
            self._changed.notify_all()

    async def end(self) -> None:
        """Wake those who wait for the last time."""
        self.is_ending = True
        async with self._changed:
            self._changed.notify_all()

    async def after(self, version: str) -> str:
        """Wait until the version is another one, or the server ends; return it."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.is_ending or self.version != version)
        return self.version

    async def first(self) -> Shown | None:
        """The state, as soon as the posts were read once; None if that is not possible."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.is_ending or self.shown or self.error)
        return self.shown
