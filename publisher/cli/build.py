"""Build the feeds from the posts. Files whose content would not change are left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.cli import site as sites

if TYPE_CHECKING:
    import argparse

    from publisher.cli.site import Built, Site

EXAMPLE = "  publisher build --config blog/config.yaml"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    sites.add_arguments(parser)
    parser.add_argument(
        "--allow-empty",
        action="store_true",
        help="yes, there are no posts any more, and the feeds are to be empty",
    )


def run(arguments: argparse.Namespace) -> int:
    site = sites.load(arguments, keeps=True)
    built = sites.build(site, allow_empty=arguments.allow_empty)
    if arguments.json:
        print(_document(site, built))
    else:
        sites.tell_skipped(site, broken_only=False)
        sites.tell_remarks(site, sites.remarks(site))
        _tell(site, built)
    if not site.entries.posts:
        sites.say(f"warning: there is no post in {site.config.posts.place}; the feeds are empty")
    sites.tell_failed(built)
    return sites.exit_code(site, [one.error for one in built])


def _tell(site: Site, built: list[Built]) -> None:
    for one in built:
        if not one.error:
            print(f"{one.state:9}  {one.path}{sites.counted(one)}")
    skipped = len(site.entries.skipped)
    print(
        f"{sites.count(site.entries.posts, 'post')}: "
        f"{sites.count(len(site.entries.entries), 'entry', 'entries')}, {skipped} skipped"
    )


def _document(site: Site, built: list[Built]) -> str:
    feeds = [
        {
            "path": str(one.path),
            "format": one.format,
            "entries": one.entries,
            "written": one.state == "written",
            "state": one.state,
        }
        for one in built
    ]
    return sites.document(
        site, posts=site.entries.posts, entries=len(site.entries.entries), feeds=feeds
    )
