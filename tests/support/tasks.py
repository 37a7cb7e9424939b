"""What a run is to do at a node, and a run: for tests of publishing without files and a network."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import TYPE_CHECKING

from publisher.app.options import SERVICE_RETRY_SECONDS
from publisher.sync import Result, Task, reconcile
from publisher.sync.desired import Desired
from publisher.sync.guard import Guard
from publisher.sync.item import FINGERPRINT, Item, seen
from publisher.sync.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from publisher.sync import Clock, Node, NotDeployed, Step
    from publisher.sync.ledger import Ledger
    from tests.support.fake_node import FakeNode

ATOM = "http://www.w3.org/2005/Atom"
START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
POLICY = {*Policy.__struct_fields__}
GUARD = {*Guard.__struct_fields__}


def task(
    posts: Mapping[int, str],
    *,
    sources: Mapping[int, str] | None = None,
    pages: Mapping[int, str] | None = None,
    early: Mapping[int, str] | None = None,
    shown: str = "",
    **options: object,
) -> Task:
    """`posts`: number -> text; the text is the fingerprint, too, and its first word the body.

    `sources`: number -> source; without them the posts are those of a version that knew none.
    `pages` and `early`: number -> hash of the built page. `shown` is in every item.
    """
    page_of = {f"post-{number:04}": page for number, page in (pages or {}).items()}
    early_of = {f"post-{number:04}": page for number, page in (early or {}).items()}
    source_of = {f"post-{number:04}": source for number, source in (sources or {}).items()}
    texts = {f"post-{number:04}": text for number, text in posts.items()}
    policy = {name: options.pop(name) for name in list(options) if name in POLICY}
    guard = {name: options.pop(name) for name in list(options) if name in GUARD}
    return Task(
        desired=[
            Desired(
                id_,
                atom_id(id_),
                id_,
                text,
                START + dt.timedelta(days=int(id_[-4:])),
                path=f"{id_}.md",
                body=text.partition(" ")[0],
                source=source_of.get(id_, ""),
                page=page_of.get(id_, ""),
                early_pages=tuple(filter(None, [early_of.get(id_)])),
            )
            for id_, text in texts.items()
        ],
        make_item=lambda id_, level: made(
            id_,
            payload(id_, texts[id_], shown, source=source_of.get(id_), page=page_of.get(id_)),
            level,
        ),
        policy=Policy(is_minted=lambda seen: seen.atom_id == atom_id(seen.id), **policy),  # type: ignore[arg-type]
        guard=Guard(**guard),  # type: ignore[arg-type]
        **options,  # type: ignore[arg-type]
    )


def made(id_: str, text: str, level: int = 0) -> Item:
    """The item of a payload."""
    return Item(id_, text, "shortened" * level, level, seen(id_, text).text)


def atom_id(id_: str) -> str:
    return f"tag:blog.example,2026:{id_}"


def payload(
    id_: str, text: str, shown: str = "", *, atom: str | None = None, **marker: str | None
) -> str:
    """`marker` has the attributes of the marker; `text` is its fingerprint."""
    attributes = "".join(f' {name}="{value}"' for name, value in marker.items() if value)
    namespace, name = FINGERPRINT[1:].split("}")
    return (
        f'<entry xmlns="{ATOM}"><id>{atom or atom_id(id_)}</id><title>{id_}{shown}</title>'
        f'<{name} xmlns="{namespace}"{attributes}>{text}</{name}></entry>'
    )


def run(
    node: FakeNode,
    work: Task,
    ledger: Ledger,
    *,
    not_deployed: Mapping[str, NotDeployed] | None = None,
    later: float = 3600,
) -> Result:
    """A run that follows `later` seconds after the one before."""
    node.clock.time += later
    return asyncio.run(reconciled(node, work, ledger, clock=node.clock, not_deployed=not_deployed))


async def reconciled(
    node: Node,
    work: Task,
    ledger: Ledger,
    *,
    clock: Clock,
    not_deployed: Mapping[str, NotDeployed] | None = None,
    on_step: Callable[[Step, int], None] = lambda _step, _total: None,
) -> Result:
    """A run; the items `not_deployed` wait, each for its reason."""

    async def find_not_deployed(_: Sequence[str]) -> Mapping[str, NotDeployed]:
        return not_deployed or {}

    return await reconcile(
        node,
        work,
        ledger,
        find_not_deployed=find_not_deployed,
        on_step=on_step,
        retry_seconds=SERVICE_RETRY_SECONDS,
        clock=clock,
    )
