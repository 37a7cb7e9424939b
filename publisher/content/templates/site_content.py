"""What the templates of a post can read of the whole site: its other posts and its data.

Most posts read nothing of it, so it is made when it is first asked for.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from publisher.content.templates.page_values import RUBY, page_values, typed_values
from publisher.content.templates.ruby_values import FilterError, as_json

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from publisher.config import Site
    from publisher.post import Post, TemplateFiles

    Labels = Callable[[Post], Sequence[str]]

NAMES = frozenset({"posts", "categories", "tags", "data"})
# The posts before and after one in time, which its own template may read.
NEIGHBOURS = frozenset({"next", "previous"})
_OF_ITS_PAGE = frozenset({"content", "excerpt", "output", *NEIGHBOURS})


class OtherPost(Mapping[str, object]):
    """A post as the templates of others see it, without its body.

    It is no `dict`, so that filters can put it into lists, but cannot write out all of it.
    """

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = values

    def __getitem__(self, key: str) -> object:
        if key in _OF_ITS_PAGE and key not in self._values:
            raise FilterError(f"the {key} of another post is not known here")
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __str__(self) -> str:
        raise FilterError("a post cannot be written out")


class FoundValues(dict[str, object]):
    """Values, with what `found` finds by one of the `names`, which have priority."""

    def __init__(
        self,
        values: Mapping[str, object],
        names: Collection[str],
        found: Callable[[str], object],
    ) -> None:
        super().__init__((name, value) for name, value in values.items() if name not in names)
        self._names = names
        self._found = found

    def __missing__(self, name: str) -> object:
        if name not in self._names:
            raise KeyError(name)
        return self._found(name)


def neighbour(name: str, path: str) -> str:
    """The name by which `SiteContent` knows the `next` or `previous` post of the one at a path."""
    return f"{name} {path}"


class SiteContent:
    """The posts that the site shows, and the files that templates read; None if they read none."""

    def __init__(self, posts: Iterable[Post], site: Site, files: TemplateFiles | None) -> None:
        self.files = files
        self._posts = posts
        self._site = site
        self._values: dict[str, object] = {}
        self._digests: dict[str, str] = {}

    def value(self, name: str) -> object:
        """The value of one of the NAMES or a neighbour, made once: loops may ask for it again."""
        if name not in self._values:
            self._values[name] = self._made(name)
        return self._values[name]

    def _made(self, name: str) -> object:
        match name:
            case "posts":
                return [post for _, post in self._newest_first]
            case "categories":
                return self._labelled(lambda post: post.categories)
            case "tags":
                return self._labelled(lambda post: post.tags)
            case "data":
                return typed_values(self.files.data, booleans=RUBY) if self.files else {}
            case _:
                return self._neighbours.get(name)

    def digest(self, name: str) -> str:
        """A hash of a value, which shows whether it has changed since an earlier run."""
        if name not in self._digests:
            value = self.value(name)
            if isinstance(value, OtherPost):
                value = dict(value)
            elif name in NAMES - {"data"}:
                value = [dict(post) for _, post in self._newest_first] or value
            self._digests[name] = hashlib.sha256(
                as_json(value).encode("utf-8", "surrogatepass")
            ).hexdigest()
        return self._digests[name]

    @cached_property
    def _newest_first(self) -> list[tuple[Post, OtherPost]]:
        posts = sorted(self._posts, key=lambda post: (post.published, post.path), reverse=True)
        return [(post, OtherPost(page_values(post, self._site))) for post in posts]

    @cached_property
    def _neighbours(self) -> dict[str, OtherPost]:
        found = {}
        for (_, newer), (_, older) in itertools.pairwise(self._newest_first):
            found[neighbour("next", str(older["path"]))] = newer
            found[neighbour("previous", str(newer["path"]))] = older
        return found

    def _labelled(self, labels: Labels) -> dict[str, list[OtherPost]]:
        """The posts by their labels, in the order of the oldest posts, as Jekyll has them."""
        found: dict[str, list[OtherPost]] = {}
        for post, shown in reversed(self._newest_first):
            for label in labels(post):
                found.setdefault(label, []).insert(0, shown)
        return found
