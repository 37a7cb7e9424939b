"""The folder of the posts and the folder of the site, with access to their files."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, TypeAlias

from publisher.errors import PostError
from publisher.sources import site_settings
from publisher.sources.traces import Paths, Trace
from publisher.system.reasons import permission_advice, reason
from publisher.system.symlinks import LinkError, open_regular

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from publisher.config import Config
    from publisher.system.symlinks import Reach
    from publisher.text.yaml_document import Value

HEAD_BYTES = 4096
Bytes: TypeAlias = bytes  # PostFiles has a method of that name


@dataclass(frozen=True)
class PostFiles:
    """The folder of the posts, the paths of its files, and the folder of the site.

    `committed` is the author date of the last commit that changed a file (`updated: git`).
    `instead` are bytes that are read in the place of those on disk. The `trace` has all that was
    looked at beside the file of the post itself. `is_whole`: these are all files of the site's
    content, whether they are posts or not.
    """

    config: Config
    posts: Path
    site: Path
    files: Collection[str]
    reach: Reach
    committed: Mapping[PurePosixPath, dt.datetime] = field(default_factory=dict)
    instead: Mapping[PurePosixPath, Bytes] = field(default_factory=dict)
    trace: Trace = field(default_factory=Trace)
    is_whole: bool = False

    @property
    def paths(self) -> Paths:
        """The paths of all files."""
        return Paths(self.files, self.trace)

    def bytes(self, path: PurePosixPath) -> bytes:
        """The bytes of a post's file. Raises PostError."""
        if path in self.instead:
            return self.instead[path]
        self.trace.look_at(path)
        try:
            file = os.path.join(self.posts, path)  # noqa: PTH118 - once for each post
            return self.reach.read_unnoted(file)
        except LinkError as error:
            raise PostError(path, error.message) from error
        except PermissionError as error:
            advice = permission_advice(self.posts / path)
            raise PostError(path, f"cannot be read: {reason(error)}; {advice}") from error
        except OSError as error:
            # Not `reason`: ours say that the file is a pipe or a device.
            message = f"cannot be read: {error.strerror or error}; repair or remove it"
            raise PostError(path, message) from error

    def head(self, path: PurePosixPath) -> str:
        """The text in the first bytes of a file; empty if it cannot be read."""
        self.trace.look_at(path)
        try:
            with open_regular(self.reach.reached_unnoted(self.posts / path)) as file:
                return file.read(HEAD_BYTES).decode("utf-8", "replace")
        except OSError:
            return ""

    def settings(self, *names: str) -> dict[str, Value]:
        """The settings in the first of these files of the site that exists; empty if none does.

        Raises ConfigError.
        """
        file = site_settings.find(self.site, names)
        return site_settings.read(file, self.reach) if file else {}

    def below(self, folder: str) -> PurePosixPath:
        """The path of the posts below a folder of the site; `.` if they are not below it."""
        try:
            return PurePosixPath(self.posts.relative_to(self.site / folder))
        except ValueError:
            return PurePosixPath()
