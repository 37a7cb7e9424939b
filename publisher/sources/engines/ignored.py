"""The files that a site's generator does not build, because the settings of the site say so.

They must not be published from their sources: authors keep private notes and templates there. The
settings are read as data, and no program is run. What only a program can evaluate is named.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from publisher.system.symlinks import Reach
    from publisher.text.ignore_patterns import Expressions, Patterns

FindIgnored: TypeAlias = "Callable[[Path, Path, Reach], Ignored]"  # site, posts, what may be read


class IgnoreRule(Struct, frozen=True):
    """Patterns relative to `folder`, and the name of the setting that has them."""

    folder: Path
    patterns: Patterns | Expressions
    setting: str


class UnreadSetting(Struct, frozen=True):
    """A setting that may leave files out, at a line (from 1) of a file; `problem` is a clause."""

    file: Path
    line: int
    problem: str


class Ignored(Struct, frozen=True):
    """What the settings of a site leave out, and which of them could not be read.

    `needs_publish` is set if only files with `publish: true` are built.
    """

    rules: Sequence[IgnoreRule] = ()
    unread: Sequence[UnreadSetting] = ()
    needs_publish: bool = False

    @classmethod
    def of(cls, folder: Path, patterns: Patterns | Expressions, setting: str) -> Ignored:
        """What the patterns of one setting leave out below a folder."""
        return cls([IgnoreRule(folder, patterns, setting)])

    def reason(self, file: Path) -> str:
        """Why the generator does not build a file; empty if no rule leaves it out."""
        if not self.rules:
            return ""
        found = (rule.setting for rule in self.rules if _leaves_out(rule, file))
        setting = next(found, "")
        return f"the site does not build it, see {setting}" if setting else ""

    def __add__(self, other: Ignored) -> Ignored:
        return Ignored(
            [*self.rules, *other.rules],
            [*self.unread, *other.unread],
            needs_publish=self.needs_publish or other.needs_publish,
        )


def _leaves_out(rule: IgnoreRule, file: Path) -> bool:
    try:
        path = PurePosixPath(file.relative_to(rule.folder))
    except ValueError:
        return False
    return rule.patterns.leave_out(str(path))
