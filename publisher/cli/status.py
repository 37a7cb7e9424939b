"""Show how the feeds and the nodes stand beside the posts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from publisher.cli import report
from publisher.cli import site as sites
from publisher.cli.choice import Choice
from publisher.cli.plan import preview, tell_hints
from publisher.feeds import outputs

if TYPE_CHECKING:
    import argparse

    from publisher.cli.site import Site
    from publisher.errors import FeedError
    from publisher.sync import Result

EXAMPLE = "  publisher status"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(shows=True)
    sites.add_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    site = sites.load(arguments)
    # What is unsafe to do is not unsafe to look at. Whether an item is of a post that is gone, only
    # its content says.
    choice = Choice(allow_retracts=True, announce_all=True, fetch_foreign=True)
    results, hints = preview(site, choice)
    if arguments.json:
        document = {**_document(site, results), "hints": hints}
        print(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        _tell(site, results)
        tell_hints(hints)
    return report.exit_code(site, results, *_refused(site))


def _refused(site: Site) -> list[FeedError]:
    """The outputs that `build` does not write, because of a link."""
    paths = (one.path for one in outputs.outputs(site.config, site.entries))
    reasons = [(path, outputs.refusal(site.config, path)) for path in paths]
    return [sites.refused(site.config, path, reason) for path, reason in reasons if reason]


def _tell(site: Site, results: list[Result]) -> None:
    entries, skipped = len(site.entries.entries), len(site.entries.skipped)
    print(f"posts  {site.config.posts.place}: {entries} published, {skipped} not")
    for one in outputs.outputs(site.config, site.entries):
        is_linked = outputs.refusal(site.config, one.path)
        state = "" if outputs.is_built(one.path) or is_linked else "  (not built yet)"
        print(f"{one.kind:5}  {one.path}  {one.url}{state}".rstrip())
    for result in results:
        print(f"node   {result.address.uri}")
        if report.is_planned(result):
            print(f"       {sites.count(result.items, 'item')}; {report.summary(result)}")
        for id_ in result.foreign:
            print(f"       not ours: {report.item_id(id_)}")
        for id_ in result.unclaimed:
            print(f"       without a post: {report.item_id(id_)}")
        print(f"       subscribe: {result.address.subscribe_uri}")
        report.tell_notes(result)
    report.tell_errors(results)
    for error in _refused(site):
        sites.say(f"error: {error}")
    sites.tell_skipped(site, broken_only=True)


def _document(site: Site, results: list[Result]) -> dict[str, object]:
    return {
        "posts": site.entries.posts,
        "entries": len(site.entries.entries),
        "feeds": [
            {
                "path": str(f.path),
                "format": f.format,
                "url": f.url,
                "built": not outputs.refusal(site.config, f.path) and outputs.is_built(f.path),
            }
            for f in outputs.outputs(site.config, site.entries)
        ],
        "nodes": [
            {
                "service": result.address.service,
                "node": result.address.node,
                "uri": result.address.uri,
                "subscribe": result.address.subscribe_uri,
                "items": result.items,
                "pending": len(result.steps),
                "foreign": list(result.foreign),
                "unclaimed": list(result.unclaimed),
                "notes": result.notes,
                "hints": result.hints,
                "error": str(result.error) if result.error else None,
            }
            for result in results
        ],
    }
