"""Find a password that the site's generator has copied into the built site.

Jekyll copies every file beside its settings that it does not know, and so may others.
"""

from __future__ import annotations

import filecmp
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.config import Config


def exposed(config: Config) -> Iterator[tuple[int, str]]:
    """The numbers of the accounts whose password file is in the built site, and what to say."""
    output = config.site.output
    for number, account in enumerate(config.xmpp):
        file = account.password_file
        copy = _copy_in(output, file, config.path.parent) if output and file else None
        if copy:
            yield (
                number,
                f"is in the built site as {config.short(copy)}, where everybody can read it once "
                "the site is deployed; move it out of the site's folder, and change the password",
            )


def _copy_in(output: Path, file: Path, folder: Path) -> Path | None:
    file = Path(os.path.abspath(file))  # noqa: PTH100 - a link is copied under its own name
    if file.is_relative_to(output):
        return file
    if not file.is_relative_to(folder):
        return None
    copy = output / file.relative_to(folder)
    try:
        return copy if filecmp.cmp(file, copy, shallow=False) else None
    except OSError:  # one of them is not there, or is not readable: `publish` reports that
        return None
