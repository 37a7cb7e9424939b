"""What a run has to say about the pages that are posts. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.post import PagesReport, TextlessPost, WaitingPost
from publisher.sources.built.bodies.accept import WALLED
from publisher.sources.built.folder import safety

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import PurePosixPath

    from publisher.post import Skip
    from publisher.sources.built.page_versions import PageVersion
    from publisher.sources.built.read_pages import ReadPage


def require_bodies(
    versions: Mapping[PurePosixPath, PageVersion],
    last: Callable[[PurePosixPath], ReadPage | None],
) -> None:
    """Raise UnsafePlanError if too few pages show their texts.

    `last` returns the version of a page that went out last; None if there is none.
    """
    refused = {path: one.refusal for path, one in versions.items() if one.refusal}
    excused = sum(reason == WALLED or _never_showed(last(path)) for path, reason in refused.items())
    # The example in the message should be no page that only asks for a password.
    example = min(refused.items(), key=lambda one: one[1] == WALLED, default=None)
    texts = sum(not one.stays and one.page.extracted is not None for one in versions.values())
    safety.require_bodies(texts, len(refused), excused, example, of_pages=True)


def _never_showed(last: ReadPage | None) -> bool:
    """Whether the last run has named the page already, because it did not show a text."""
    return last is not None and last.extracted is None


def report(
    versions: Mapping[PurePosixPath, PageVersion],
    skipped: Sequence[Skip],
    elsewhere: Sequence[PurePosixPath],
    last: Callable[[PurePosixPath], ReadPage | None],
) -> PagesReport:
    """The report on the versions that go out, and on the pages that are no posts.

    `last` is that of `require_bodies`.
    """
    found = sorted(versions.items())
    new = [skip for skip in skipped if skip.status == "waiting"]
    waiting = [WaitingPost(one.path, one.reason, stays=False) for one in new]
    waiting += [WaitingPost(path, one.waits, stays=True) for path, one in found if one.waits]
    return PagesReport(
        waiting=tuple(sorted(waiting, key=lambda one: one.path)),
        without_text=tuple(
            TextlessPost(
                path,
                path,
                one.refusal,
                one.stays,
                is_page=True,
                is_known=_never_showed(last(path)),
            )
            for path, one in found
            if one.refusal
        ),
        without_date=tuple(path for path, one in found if one.lost_date),
        elsewhere=tuple(elsewhere),
    )
