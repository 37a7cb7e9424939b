"""The directives and roles of Nikola and Pelican, after their documentation, and unknown ones.

What only the site can render is left out with a warning; the image, link or text that it names is
kept, and so is its content. Nothing is fetched, and no file is read.
"""

from __future__ import annotations

import functools
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from docutils import frontend, nodes, statemachine, utils
from docutils.parsers import rst
from docutils.parsers.rst import Directive, directives, roles, states
from docutils.parsers.rst.directives.body import CodeBlock
from docutils.parsers.rst.directives.images import Figure, Image
from docutils.parsers.rst.directives.tables import CSVTable
from docutils.parsers.rst.languages import en

from publisher.content import embeds

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAME = r"[\w.+:-]{1,60}"  # limited, so that the search takes linear time
_ENGLISH: Any = en
_DIRECTIVE = re.compile(rf"\.\.[ ]+(?:\|[^|\n]*\|[ ]+)?({_NAME})[ ]?::(?![^\s])")
_ROLE = re.compile(rf":({_NAME}):`|`:({_NAME}):")

# HTML elements that have a role of the same name.
_ELEMENTS = ("b", "bdi", "del", "dfn", "ins", "kbd", "mark", "q", "s", "samp", "small", "u", "var")


@contextmanager
def registered_names(source: str) -> Iterator[None]:
    """Register our directives and roles, and all unknown names in `source`, while it is parsed.

    docutils has one registry for the whole process, so the old state is restored afterwards: what
    one post declares must not affect another.
    """
    # docutils has no public way to read or restore its registries.
    registries = [vars(roles)["_roles"], vars(directives)["_directives"]]
    saved = [dict(registry) for registry in registries]
    try:
        _register(source)
        yield
    finally:
        for registry, before in zip(registries, saved, strict=True):
            registry.clear()
            registry.update(before)


def _register(source: str) -> None:
    for name, directive in _DIRECTIVES.items():
        directives.register_directive(name, directive)
    for name, role in _ROLES.items():
        roles.register_local_role(name, role)
    document, english = _empty_document(), _ENGLISH
    for name in {*_DIRECTIVE.findall(source)}:
        if directives.directive(name, english, document)[0] is None:
            directives.register_directive(name.lower(), _Unknown)
    for name in {before or behind for before, behind in _ROLE.findall(source)}:
        if roles.role(name, english, 0, document.reporter)[0] is None:
            roles.register_local_role(name.lower(), _unknown_role)


@functools.cache
def _empty_document() -> nodes.document:
    """Return an empty document, which docutils needs to look up a name."""
    return utils.new_document("", frontend.get_default_settings(rst.Parser))


class _Options(dict[str, Any]):
    """An option_spec that accepts any option."""

    def __missing__(self, name: str) -> Any:
        return directives.unchanged


class _Named(Directive):
    """A directive that makes a box on the page: shows the image, link or text that it names."""

    optional_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec = _Options(name=directives.unchanged)

    def run(self) -> list[nodes.Node]:
        argument = " ".join(" ".join(self.arguments).split())
        named = {key: (value or "").strip("'\"") for key, value in self.options.items()}
        embed = embeds.embed(
            self.name.lower(), argument.split(), named, "html", is_alone=not self._is_inline
        )
        return [*self._html(embed), *self._rest(argument, has_embed=bool(embed))]

    @property
    def _is_inline(self) -> bool:
        return isinstance(self.state, states.SubstitutionDef)

    def _html(self, html: str) -> list[nodes.Node]:
        if not html:
            return []
        if not self._is_inline and not html.startswith("<figure"):
            html = f"<p>{html}</p>"
        raw = nodes.raw(self.block_text, html, format="html")
        raw.line = self.lineno
        return [raw]

    def _rest(self, argument: str, *, has_embed: bool) -> list[nodes.Node]:
        """Return what is shown below that, and the warning."""
        return [] if has_embed else [self._warning("dropped")]

    def _warning(self, outcome: str) -> nodes.system_message:
        message = f'only the site can render the directive "{self.name}"; {outcome}'
        return self.state_machine.reporter.warning(message, line=self.lineno, own=True)


class _Unknown(_Named):
    """A directive of a theme or plugin: shows its argument as a title, and its content below it."""

    def _rest(self, argument: str, *, has_embed: bool) -> list[nodes.Node]:
        title = [] if has_embed else self._title(argument)
        content = self._content() if self.content and not self._is_inline else []
        outcome = "only what it names is kept" if has_embed or title else "dropped"
        outcome = "its content is kept" if content else outcome
        return [*title, *content, self._warning(outcome)]

    def _title(self, argument: str) -> list[nodes.Node]:
        """Return the argument as a title; a single word means something to the site only."""
        if self._is_inline or not (argument and (self.content or " " in argument)):
            return []
        words, messages = self.state.inline_text(argument, self.lineno)
        title = nodes.strong(argument, "", *words) if self.content else nodes.inline("", "", *words)
        return [nodes.paragraph(argument, "", title), *messages]

    def _content(self) -> list[nodes.Node]:
        lines = [line.strip() for line in self.content if line.strip()]
        if all(embeds.is_picture(line) for line in lines):
            return [self._picture(line) for line in lines]
        return self._parsed()

    def _picture(self, url: str) -> nodes.image:
        picture = nodes.image(url, uri=url, alt="")
        picture.line = self.lineno
        return picture

    def _parsed(self) -> list[nodes.Node]:
        """Parse the content as text.

        If docutils finds errors in it, it is something else, e.g. a program: show it as written.
        """
        document = self.state.document
        before = len(document.parse_messages)
        parsed = nodes.container()
        self.state.nested_parse(self.content, self.content_offset, parsed)
        if not any(map(_is_error, parsed.findall(nodes.system_message))):
            return list(parsed.children)
        del document.parse_messages[before:]
        text = "\n".join(self.content)
        return [nodes.literal_block(text, text)]


def _is_error(message: nodes.system_message) -> bool:
    """Whether a message is a problem that docutils found, not one of our own warnings."""
    return message["level"] > 1 and "own" not in message


class _Chart(_Unknown):
    """Nikola draws a chart of the numbers in its content."""

    def _title(self, argument: str) -> list[nodes.Node]:
        return []

    def _content(self) -> list[nodes.Node]:
        text = "\n".join(self.content)
        return [nodes.literal_block(text, text)]


class _Listing(_Named):
    """Nikola shows a source file, which also has a page of its own."""

    def _rest(self, argument: str, *, has_embed: bool) -> list[nodes.Node]:
        file = argument.partition(" ")[0]
        link = nodes.reference(self.block_text, file, refuri=f"link://listing/{quote(file)}")
        paragraph = nodes.paragraph(argument, "", link)
        paragraph.line = self.lineno
        return [paragraph, self._warning("only what it names is kept")]


class _Figure(Figure):
    option_spec = Figure.option_spec

    def run(self) -> Any:
        try:
            return super().run()
        except UnboundLocalError:  # COMPAT(docutils 0.23): raised if the content leaves no caption
            return Image.run(self)


class _Thumbnail(_Figure):
    """Nikola: a small image that links to the full one, which readers get instead."""

    def run(self) -> Any:
        self.options.pop("target", None)
        return super().run() if self.content else Image.run(self)


class _Code(CodeBlock):
    """A code block that accepts all options, and words behind the language, as Pygments' does."""

    final_argument_whitespace = True
    option_spec = _Options({**(CodeBlock.option_spec or {}), "number-lines": directives.unchanged})

    def run(self) -> Any:
        argument, _, code = "".join(self.arguments).partition("\n")
        self.arguments = argument.split()[:1]
        if code and not self.content:  # without the empty line above it
            self.content = statemachine.StringList(code.split("\n"), argument)
        self.options.pop("number-lines", None)  # line numbers would become part of the code
        caption = self.options.pop("caption", None)
        words, messages = self.state.inline_text(caption or "", self.lineno)
        title = [nodes.paragraph(caption, "", *words)] if caption else []
        return [*title, *messages, *super().run()]  # type: ignore[no-untyped-call]


class _Date(Directive):
    has_content = True

    def run(self) -> Any:
        raise self.warning("the current date differs from run to run; write a fixed date")


class _CSVTable(CSVTable):
    """Limits the cells that short rows are filled up with."""

    def extend_short_rows_with_empty_cells(self, columns: int, parts: Any) -> None:
        lacking = sum(columns - len(row) for part in parts for row in part)
        self.state.document.settings.budget.spend("cells", lacking)
        super().extend_short_rows_with_empty_cells(columns, parts)


def _element(name: str, raw: str, text: str, *_: Any, **__: Any) -> Any:
    return [nodes.inline(raw, utils.unescape(text), classes=[name.lower()])], []


def _abbreviation(_: str, raw: str, text: str, *__: Any, **___: Any) -> Any:
    """Pelican: `HTML (HyperText Markup Language)`."""
    text = utils.unescape(text).strip()
    short, mark, inside = text.partition("(")
    short, long = (short.rstrip(), inside[:-1]) if mark and inside.endswith(")") else (text, "")
    explained = {"explanation": long} if long else {}
    return [nodes.abbreviation(raw, short, **explained)], []


def _document(_: str, raw: str, text: str, *__: Any, **___: Any) -> Any:
    """Nikola: `Title <slug>` or a slug. `link://slug/` is Nikola's own URL of a post."""
    words, slug = _target(text)
    slug, mark, anchor = slug.partition("#")
    url = f"link://slug/{quote(slug)}{mark}{anchor}"
    return [nodes.reference(raw, words, refuri=url)], []


def _words(_: str, raw: str, text: str, *__: Any, **___: Any) -> Any:
    return [nodes.inline(raw, utils.unescape(text))], []


def _unknown_role(
    name: str, raw: str, text: str, lineno: int, inliner: Any, *_: Any, **__: Any
) -> Any:
    """Keep the text of an unknown role."""
    message = f'only the site can render the role "{name}"; its text is kept'
    words = nodes.inline(raw, _target(text)[0])
    return [words], [inliner.reporter.warning(message, line=lineno, about=words, own=True)]


def _target(text: str) -> tuple[str, str]:
    """Return the text that a role shows and the target that it names."""
    whole = utils.unescape(text).strip()
    words, mark, target = whole.rpartition("<")  # the words may have one, too
    if not mark or not target.endswith(">"):
        return whole, whole
    return words.rstrip() or target[:-1], target[:-1] or words


_DIRECTIVES: dict[str, type[Directive]] = {
    **dict.fromkeys(("code", "code-block", "sourcecode"), _Code),
    **dict.fromkeys((*embeds.SERVICES, "media"), _Named),
    "chart": _Chart,
    "csv-table": _CSVTable,
    "date": _Date,
    "figure": _Figure,
    "listing": _Listing,
    "thumbnail": _Thumbnail,
}
_ROLES: dict[str, Any] = {
    **dict.fromkeys(_ELEMENTS, _element),
    **dict.fromkeys(("html", "raw-html"), roles.raw_role),
    "abbr": _abbreviation,
    "doc": _document,
    "sc": _words,  # the role of Nikola's shortcodes, which are evaluated already
}
