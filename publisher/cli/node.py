"""Compare nodes with their configuration, delete a node, or forget one.

`show` prints the wanted configuration of each node beside the actual one. `publish` repairs nodes
that publisher created and fields that publisher.yaml names; it reports all other differences.
`delete` permanently removes a node with its items and subscribers from the service and from the
ledger. `forget` removes a node from the ledger alone, and leaves the node as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.app import nodes, project
from publisher.cli import node_results, options, output
from publisher.cli.progress import progress
from publisher.errors import ConfigError, UnsafePlanError, first_exit_code
from publisher.lint.clients import EXPOSE_PUBLISHER
from publisher.text.counts import number_of
from publisher.text.node_address import NodeAddress

if TYPE_CHECKING:
    import argparse

    from publisher.app.nodes import ComparedNode
    from publisher.config import Config

EXAMPLE = """\
  publisher node show
  publisher node delete pubsub.example.org old-blog
  publisher node forget pubsub.example.org old-blog"""

_NO_PUBLISHER = (
    "the service does not say who published an item, so Movim shows posts without an author; on "
    f"Prosody, set `{EXPOSE_PUBLISHER}` for the pubsub component"
)
ABSENT = "-"  # the service offers no such field, or does not show it


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(metavar="ACTION", dest="action", required=True, title="actions")
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
    _add_address(delete)
    delete.add_argument(
        "--yes",
        action="store_true",
        help="do not ask; its items and subscribers are deleted, too",
    )
    options.add_config(delete)
    delete.set_defaults(act=_delete)
    forget = actions.add_parser(
        "forget", allow_abbrev=False, help="remove a node from the ledger; the node stays"
    )
    _add_address(forget)
    options.add_config(forget)
    forget.set_defaults(act=_forget)


def _add_address(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("service", metavar="SERVICE", help="e.g. pubsub.example.org")
    parser.add_argument("name", metavar="NODE")


def run(arguments: argparse.Namespace) -> int:
    code: int = arguments.act(arguments)
    return code


def _show(arguments: argparse.Namespace) -> int:
    read = project.read(options.load_config(arguments), now=arguments.now)
    with progress() as on_event:
        compared = nodes.show(read, arguments.name, on_event)
    if arguments.json:
        document = {"nodes": [_as_json(node) for node in compared]}
        output.print_json(document)
    else:
        for node in compared:
            _print_node(node)
    node_results.print_errors(compared)
    return first_exit_code(node.error.exit_code for node in compared if node.error)


def _print_node(shown: ComparedNode) -> None:
    output.print_line(shown.address.uri)
    if shown.error:
        output.print_line("  cannot be shown" if shown.exists else "  does not exist")
        return
    if not shown.exists:
        output.print_line("  does not exist yet; `publisher publish` creates it")
        return
    rights = (
        f"; our affiliation: {node_results.printable_title(shown.affiliation)}"
        if shown.affiliation
        else ""
    )
    output.print_line(f"  {number_of(shown.items, 'item')}{rights}; as of {shown.source}")
    rows = [("", "field", "wanted", "actual")]
    rows += [
        (
            "!" if f.differs else "",
            node_results.printable_title(f.name),
            _cell(f.wanted),
            _cell(f.actual),
        )
        for f in shown.fields
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = (text.ljust(width) for text, width in zip(row, widths, strict=True))
        output.print_line(f"  {'  '.join(cells)}".rstrip())
    if shown.hides_publisher:
        output.print_line(f"  note: {_NO_PUBLISHER}")


def _cell(value: str | None) -> str:
    return ABSENT if value is None else node_results.printable_title(value)


def _as_json(shown: ComparedNode) -> dict[str, object]:
    return {
        "service": shown.address.service,
        "node": shown.address.node,
        "uri": shown.address.uri,
        "source": shown.source,
        "affiliation": shown.affiliation or None,
        "exists": shown.exists,
        "items": shown.items,
        "hides_publisher": shown.hides_publisher,
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
    if not arguments.yes and not _confirmed(config, address):
        output.print_line("nothing was deleted")
        return 0
    nodes.delete(config, address, output.print_wait)
    output.print_line(f"deleted  {address.uri}")
    again = _returns(config, address)
    if arguments.yes and again:
        output.print_message(f"note: {again}")
    return 0


def _confirmed(config: Config, address: NodeAddress) -> bool:
    """Ask on the terminal. Raises UnsafePlanError if there is nobody to ask."""
    what = f"permanently delete {address} with all its items and subscribers"
    again = _returns(config, address)
    if not output.can_ask():
        notes = f"; {again}" if again else ""
        raise UnsafePlanError(
            f"this would {what}; nothing was sent{notes}. Run again with --yes to delete it"
        )
    if again:
        output.print_message(f"note: {again}")
    return output.ask(f"{what[0].upper()}{what[1:]}?")


def _returns(config: Config, address: NodeAddress) -> str:
    """What the next run does to a node that the configuration names; empty if it names none."""
    node = nodes.configured(config, address)
    if node is None:
        return ""
    condition = f" if a post has this {node.pattern.name}" if node.pattern else ""
    return (
        f"xmpp.nodes has {node.node!r}, so the next `publisher publish` creates it again"
        f"{condition}; remove it there first if you want to be rid of it"
    )


def _forget(arguments: argparse.Namespace) -> int:
    address = NodeAddress(arguments.service, arguments.name)
    items = nodes.forget(options.load_config(arguments), address, output.print_wait)
    output.print_line(f"forgot  {address.uri}")
    stay = f"{number_of(items, 'item')} of ours and " if items else ""
    output.print_message(
        f"note: the node stays as it is, with {stay}its subscribers; publisher does not touch or "
        "mention it any more"
    )
    return 0
