"""The directives and roles of Nikola and Pelican, by their documentation; and those of nobody.

What only the site can make is told, and left out; but what it names is shown, and what stands in
it stays. Nothing is fetched, and no file is read.
"""

from __future__ import annotations

import functools
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from docutils import frontend, nodes, utils
from docutils.parsers import rst
from docutils.parsers.rst import Directive, directives, roles, states
from docutils.parsers.rst.directives.body import CodeBlock
from docutils.parsers.rst.directives.images import Figure, Image
from docutils.parsers.rst.directives.tables import CSVTable
from docutils.parsers.rst.languages import en

from publisher.content import embeds

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAME = r"[\w.+:-]{1,60}"  # no longer, so that looking for it takes no time
_ENGLISH: Any = en
_DIRECTIVE = re.compile(rf"\.\.[ ]+(?:\|[^|\n]*\|[ ]+)?({_NAME})[ ]?::(?![^\s])")
_ROLE = re.compile(rf":({_NAME}):`|`:({_NAME}):")

# What Pelican, Nikola and Sphinx allow, and readers cannot have.
_CODE_OPTIONS = (
    "anchorlinenos", "caption", "classprefix", "dedent", "emphasize-lines", "force", "hl_lines",
    "lineanchors", "lineno-start", "linenos", "linenospecial", "linenostart", "linenostep",
    "lineseparator", "linespans", "nobackground", "nowrap", "tab-width", "tagsfile", "tagurlformat",
)  # fmt: skip
# Elements of HTML that are called like their role.
_ELEMENTS = ("b", "bdi", "del", "dfn", "ins", "kbd", "mark", "q", "s", "samp", "small", "u", "var")


@contextmanager
def known(source: str) -> Iterator[None]:
    """While a source is parsed, docutils knows our directives and roles, and all that it names.

    What a post declares is forgotten behind it: docutils' registries are one for all.
    """
    # docutils names no other way.
    registries = [vars(roles)["_roles"], vars(directives)["_directives"]]
    kept = [dict(registry) for registry in registries]
    try:
        _register(source)
        yield
    finally:
        for registry, before in zip(registries, kept, strict=True):
            registry.clear()
            registry.update(before)


def _register(source: str) -> None:
    for name, directive in _DIRECTIVES.items():
        directives.register_directive(name, directive)
    for name, role in _ROLES.items():
        roles.register_local_role(name, role)
    nowhere, english = _nowhere(), _ENGLISH
    for name in {*_DIRECTIVE.findall(source)}:
        if directives.directive(name, english, nowhere)[0] is None:
            directives.register_directive(name.lower(), _Unknown)
    for name in {one or other for one, other in _ROLE.findall(source)}:
        if roles.role(name, english, 0, nowhere.reporter)[0] is None:
            roles.register_local_role(name.lower(), _unknown_role)


@functools.cache
def _nowhere() -> nodes.document:
    """To ask docutils what it knows."""
    return utils.new_document("", frontend.get_default_settings(rst.Parser))


class _Options(dict[str, Any]):
    """Any option."""

    def __missing__(self, name: str) -> Any:
        return directives.unchanged


class _Named(Directive):
    """What makes a box on the page alone: the picture, the link or the words that it names."""

    optional_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec = _Options(name=directives.unchanged)

    def run(self) -> list[nodes.Node]:
        argument = " ".join(" ".join(self.arguments).split())
        named = {key: (value or "").strip("'\"") for key, value in self.options.items()}
        said = embeds.embed(
            self.name.lower(), argument.split(), named, "html", is_alone=not self._is_inline
        )
        return [*self._said(said), *self._rest(argument, is_said=bool(said))]

    @property
    def _is_inline(self) -> bool:
        return isinstance(self.state, states.SubstitutionDef)

    def _said(self, html: str) -> list[nodes.Node]:
        if not html:
            return []
        if not self._is_inline and not html.startswith("<figure"):
            html = f"<p>{html}</p>"
        raw = nodes.raw(self.block_text, html, format="html")
        raw.line = self.lineno
        return [raw]

    def _rest(self, argument: str, *, is_said: bool) -> list[nodes.Node]:
        """What is shown beside that, and what is told."""
        return [] if is_said else [self._told("it is left out")]

    def _told(self, outcome: str) -> nodes.system_message:
        message = f'the directive "{self.name}" is made by the site alone: {outcome}'
        return self.state_machine.reporter.warning(message, line=self.lineno, own=True)


class _Unknown(_Named):
    """Of a theme or a plugin: its content stays, below its argument as a title."""

    def _rest(self, argument: str, *, is_said: bool) -> list[nodes.Node]:
        title = [] if is_said else self._title(argument)
        content = self._content() if self.content and not self._is_inline else []
        outcome = "what it names is shown" if is_said or title else "it is left out"
        outcome = "what is in it stays" if content else outcome
        return [*title, *content, self._told(outcome)]

    def _title(self, argument: str) -> list[nodes.Node]:
        """One word alone is a name that means something to the site only."""
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

    def _picture(self, address: str) -> nodes.image:
        picture = nodes.image(address, uri=address, alt="")
        picture.line = self.lineno
        return picture

    def _parsed(self) -> list[nodes.Node]:
        """As text; what is none, e.g. of a program, as it is written."""
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
    """Whether docutils found something odd."""
    return message["level"] > 1 and "own" not in message


class _Chart(_Unknown):
    """Nikola draws the numbers in it."""

    def _title(self, argument: str) -> list[nodes.Node]:
        return []

    def _content(self) -> list[nodes.Node]:
        text = "\n".join(self.content)
        return [nodes.literal_block(text, text)]


class _Listing(_Named):
    """Nikola shows a file; it has a page of its own, too."""

    def _rest(self, argument: str, *, is_said: bool) -> list[nodes.Node]:
        file = argument.partition(" ")[0]
        link = nodes.reference(self.block_text, file, refuri=f"link://listing/{quote(file)}")
        paragraph = nodes.paragraph(argument, "", link)
        paragraph.line = self.lineno
        return [paragraph, self._told("what it names is shown")]


class _Figure(Figure):
    option_spec = Figure.option_spec

    def run(self) -> Any:
        try:
            return super().run()
        except UnboundLocalError:  # COMPAT(docutils 0.23): what is in it leaves no caption
            return Image.run(self)


class _Thumbnail(_Figure):
    """Nikola: a small picture, linked to the whole one, which readers get at once."""

    def run(self) -> Any:
        self.options.pop("target", None)
        return super().run() if self.content else Image.run(self)


class _Code(CodeBlock):
    """Knows the options of Pygments' directives."""

    option_spec = {  # noqa: RUF012 - as docutils has it
        **(CodeBlock.option_spec or {}),
        **dict.fromkeys(_CODE_OPTIONS, directives.unchanged),
    }

    def run(self) -> Any:
        self.options.pop("number-lines", None)  # numbers would be part of the code
        caption = self.options.pop("caption", None)
        words, messages = self.state.inline_text(caption or "", self.lineno)
        shown_above = [nodes.paragraph(caption, "", *words)] if caption else []
        return [*shown_above, *messages, *super().run()]  # type: ignore[no-untyped-call]


class _Date(Directive):
    has_content = True

    def run(self) -> Any:
        raise self.warning("the date of the day is different every day; write one")


class _CSVTable(CSVTable):
    """Rows that lack cells get them: only so many."""

    def extend_short_rows_with_empty_cells(self, columns: int, parts: Any) -> None:
        lacking = sum(columns - len(row) for part in parts for row in part)
        self.state.document.settings.budget.spend("cells", lacking)
        super().extend_short_rows_with_empty_cells(columns, parts)


def _element(name: str, raw: str, text: str, *_: Any, **__: Any) -> Any:
    return [nodes.inline(raw, utils.unescape(text), classes=[name.lower()])], []


def _abbreviation(_: str, raw: str, text: str, *__: Any, **___: Any) -> Any:
    """Pelican: `HTML (HyperText Markup Language)`."""
    short, long = _parts(text, "(", ")")
    explained = {"explanation": long} if long else {}
    return [nodes.abbreviation(raw, short, **explained)], []


def _document(_: str, raw: str, text: str, *__: Any, **___: Any) -> Any:
    """Nikola: `Title <slug>`, or the slug alone; its own kind of address says which post."""
    words, slug = _target(text)
    slug, mark, anchor = slug.partition("#")
    address = f"link://slug/{quote(slug)}{mark}{anchor}"
    return [nodes.reference(raw, words, refuri=address)], []


def _words(_: str, raw: str, text: str, *__: Any, **___: Any) -> Any:
    return [nodes.inline(raw, utils.unescape(text))], []


def _unknown_role(
    name: str, raw: str, text: str, lineno: int, inliner: Any, *_: Any, **__: Any
) -> Any:
    """Its words stay."""
    told = f'the role "{name}" is made by the site alone: its words stay'
    words = nodes.inline(raw, _target(text)[0])
    return [words], [inliner.reporter.warning(told, line=lineno, about=words, own=True)]


def _target(text: str) -> tuple[str, str]:
    """What a role says, and what it means."""
    words, target = _parts(text, "<", ">")
    return words or target, target or words


def _parts(text: str, begin: str, end: str) -> tuple[str, str]:
    """What stands before the marks, and what between them."""
    text = utils.unescape(text).strip()
    words, mark, inside = text.partition(begin)
    return (words.rstrip(), inside[:-1]) if mark and inside.endswith(end) else (text, "")


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
    "sc": _words,  # a shortcode, which has been evaluated
}
