"""What the user asks of a hook. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from publisher.errors import ConfigError
from publisher.text.characters import printable

# No language of a hook gives these characters a meaning in the places of a branch.
_BRANCH = re.compile(r"[\w./+@=,-]+")


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What the user asks of a hook.

    `publish`: a hook of a generator also publishes. `strict`: an error of publisher ends what the
    hook is part of. `source` is what a job of CI gives to pip to install publisher, empty if that
    is to be filled in.
    """

    branch: str = "main"
    source: str = ""
    publish: bool = False
    strict: bool = False

    def __post_init__(self) -> None:
        """Raises ConfigError for a branch that cannot be written into every hook."""
        if not _BRANCH.fullmatch(self.branch):
            raise ConfigError(f"a hook cannot name the branch {self.branch!r}; rename the branch")
        if printable(self.source) != self.source or self.source.startswith("-"):
            raise ConfigError(
                f"--install: {self.source!r} is no place from which pip can install publisher; "
                "write e.g. git+https://code.example/publisher@COMMIT"
            )

    @property
    def command(self) -> str:
        return "publish" if self.publish else "build"
