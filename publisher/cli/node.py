"""Compare nodes with their configuration, or delete a node.

`show` prints the wanted configuration of each node beside the actual one. `publish` repairs nodes
that publisher created and fields that publisher.yaml names; it reports all other differences.
`delete` permanently removes a node with its items and subscribers from the service and from the
ledger.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from publisher.app import nodes, project
from publisher.cli import options, output, report
from publisher.errors import ConfigError, NotFound, UnsafePlanError
from publisher.text.node_address import NodeAddress

if TYPE_CHECKING:
    import argparse

    from publisher.app.nodes import ComparedNode

EXAMPLE = """\
  publisher node show
  publisher node delete pubsub.example.org old-blog --yes"""

ABSENT = "-"  # the service offers no such field, or does not show it


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(metavar="ACTION", required=True, title="actions")
    show = actions.add_parser(
        "show", allow_abbrev=False, help="print the wanted configuration beside the actual one"
    )
    show.add_argument("name", nargs="?", metavar="NODE", help="only this node (default: all)")
    options.add_reading(show)
    options.add_config(show)
    show.set_defaults(act=_show, shows=True)
    delete = actions.add_parser(
        "delete", allow_abbrev=False, help="permanently remove a node from its service"
    )
    delete.add_argument("service", metavar="SERVICE", help="e.g. pubsub.example.org")
    delete.add_argument("name", metavar="NODE")
    delete.add_argument(
        "--yes", action="store_true", help="confirm: its items and subscribers are deleted, too"
    )
    options.add_config(delete)
    delete.set_defaults(act=_delete)


def run(arguments: argparse.Namespace) -> int:
    code: int = arguments.act(arguments)
    return code


def _show(arguments: argparse.Namespace) -> int:
    read = project.read(options.load_config(arguments), now=arguments.now)
    compared = nodes.show(read, arguments.name)
    if arguments.json:
        document = {"nodes": [_as_json(node) for node in compared]}
        print(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        for node in compared:
            _print_node(node)
    report.print_errors(compared)
    return max((node.error.exit_code for node in compared if node.error), default=0)


def _print_node(shown: ComparedNode) -> None:
    print(shown.address.uri)
    if shown.error:
        missing = isinstance(shown.error, NotFound)
        print("  does not exist; publish creates it" if missing else "  cannot be shown")
        return
    rights = (
        f"; our affiliation: {report.printable_title(shown.affiliation)}"
        if shown.affiliation
        else ""
    )
    print(f"  {output.count(shown.items, 'item')}{rights}; as of {shown.source}")
    rows = [("", "field", "wanted", "actual")]
    rows += [
        ("!" if f.differs else "", report.printable_title(f.name), _cell(f.wanted), _cell(f.actual))
        for f in shown.fields
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = (text.ljust(width) for text, width in zip(row, widths, strict=True))
        print(f"  {'  '.join(cells)}".rstrip())


def _cell(value: str | None) -> str:
    return ABSENT if value is None else report.printable_title(value)


def _as_json(shown: ComparedNode) -> dict[str, object]:
    return {
        "service": shown.address.service,
        "node": shown.address.node,
        "uri": shown.address.uri,
        "source": shown.source,
        "affiliation": shown.affiliation or None,
        "items": shown.items,
        "fields": [
            {"name": f.name, "wanted": f.wanted, "actual": f.actual, "differs": f.differs}
            for f in shown.fields
        ],
        "error": str(shown.error) if shown.error else None,
    }


def _delete(arguments: argparse.Namespace) -> int:
    address = NodeAddress(arguments.service, arguments.name)
    config = options.load_config(arguments)
    if not config.xmpp:
        raise ConfigError(
            f"{config.path}: no xmpp section; add one with the account that owns {address}"
        )
    if not arguments.yes:
        raise UnsafePlanError(
            f"this would permanently delete {address} with all its items and subscribers; nothing "
            "was sent. Run again with --yes to delete it"
        )
    nodes.delete(config, address, output.print_wait)
    print(f"deleted  {address.uri}")
    return 0
