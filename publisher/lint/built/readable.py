"""Leave out of a source what its page shows in another form, or not at all. Pure.

`sources.built.pages.source_markup` does this for all uses of a source, and need not be exact. Here
a person reads what is left if the page lacks it. So this also leaves out formulas, diagrams, code
that the generator runs, and the names and options of directives and components, whose texts stay.
The time grows linearly with the text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.post import Post

# Languages of which a page shows a picture.
_DIAGRAMS = "mermaid|dot|graphviz|plantuml|d2|vega|math"
_RUN = r"\bexec\b|\beval\b|\blive\b|\{(?:r|python|julia|ojs)\b"  # whose output a page shows

_FENCED = r"""^(?P<indent>[ \t>]*)(?P<fence>`{3,}|~{3,})(?P<info>[^\n`]*)\n
    (?P<block>(?:(?![ \t>]*(?P=fence))[^\n]*\n)*+)(?:[ \t>]*(?P=fence)[`~]*|\Z)"""
_COMMENT = r"<!--(?s:(?!<!--|-->).){0,20000}-->|\{/\*(?s:(?!\{/\*|\*/).){0,20000}\*/\}"
# A drawing, whose text may have backticks. It may hold others, up to two levels deep.
_IN_DRAWING = r"(?:[^<\n]++|<(?!/?svg\b)|\n(?![ \t>]*(?:`{3}|~{3})))*+"
_DRAWING = rf"<svg\b[^<>]*+>{_IN_DRAWING}</svg\s*+>"
for _ in range(2):
    _DRAWING = rf"<svg\b[^<>]*+>(?:{_IN_DRAWING}{_DRAWING})*+{_IN_DRAWING}</svg\s*+>"
_CODE = re.compile(
    rf"{_FENCED}|(?P<comment>{_COMMENT}|{_DRAWING})|(?P<span>`[^`\n]+`)", re.MULTILINE | re.VERBOSE
)
_NO_TEXT = re.compile(rf"[ {{.]*(?:{_DIAGRAMS})\b|.*(?:{_RUN})")
# What marks lines of code for the generator: `// highlight-next-line`, `// [!code focus]`.
_LINE_MARKS = re.compile(
    r"(?://|\#|--|;|/\*|<!--)[ \t]*(?:highlight-(?:next-line|start|end)\b|\[!code[^\]\n]{0,50}\])"
    r"[^\n]*"
)
# Braces may hold others, up to two levels deep: props of JSX.
_BRACES = r"\{(?:[^{}]{1,2000}+|\{(?:[^{}]{1,2000}+|\{[^{}]{0,2000}+\})*+\})*+\}"
_UNSHOWN = re.compile(
    rf"""(?P<formula>\$\$[^$]{{1,5000}}\$\$|\$(?=\S)[^$\n]{{1,500}}(?<=\S)\$(?!\d)
        |\\\((?s:(?!\\[()]).){{1,500}}\\\)|\\\[(?s:(?!\\[\[\]]).){{1,5000}}\\\])
    # MDX: a statement ends at the next blank line
    |^(?:import[ ](?=["']|[^\n"';]{{1,500}}[ ]from[ ]["']|(?:\w+,[ ]*)?\{{[ \t]*\n)
        |export[ ](?:default|const|let|var|function|async|class|\{{|\*))
        [^\n]*+(?:\n[^\n]*\S[^\n]*+)*+
    |</?[A-Z][\w.]*+(?:\s++(?:[^<>{{}}"']++|"[^"]{{0,2000}}+"|'[^']{{0,2000}}+'|{_BRACES})*+)?>
    |^[ \t>]*(?:[-*+]|\d{{1,9}}[.)])[ \t]+\[[ xX]\](?=[ \t])  # the box of a task
    |\{{[ \t]*(?:[\#.:]|[\w-]{{1,50}}=)[^{{}}\n]{{0,500}}\}}  # attributes of the element before
    # mkdocstrings: the name of an object, with options below it
    |^[ \t]*:::[ \t]+[\w]+(?:\.\w+)+[ \t]*\n(?:[ \t]+\S[^\n]*\n|[ \t]*\n(?=[ \t]+\S))*+
    |^[ \t>]*:{{3,}}[ \t]*\{{?[\w-]*  # the name of a container
    |^[ \t>]*(?:!!!|\?\?\?\+?)[ \t]+[\w -]*  # of an admonition, whose title is in quotes
    |\[![A-Za-z]{{1,30}}\][+-]?  # of an alert or a callout
    |^[ \t]*(?:<<<[ \t]|-+8<-+)[^\n]*  # code and texts from other files
    """,
    re.MULTILINE | re.VERBOSE,
)
_EXPRESSION = re.compile(_BRACES)


def fences(body: str) -> Iterator[re.Match[str]]:
    """The fenced blocks outside of comments and drawings that are no diagrams, nor run."""
    for match in _CODE.finditer(f"{body}\n"):
        if match["fence"] and not _NO_TEXT.match(match["info"]):
            yield match


def without_marks(code: str) -> str:
    """The code without what marks its lines for the generator."""
    return _LINE_MARKS.sub("", code)


def without_code(body: str) -> str:
    """The body with all of its lines, but without what is in code, comments and drawings."""
    return _CODE.sub(lambda match: "\n" * match[0].count("\n"), f"{body}\n")


def readable(post: Post) -> str:
    """The body without comments, drawings and what is not shown as it is written.

    Its lines are others.
    """
    return "".join(_pieces(f"{post.body}\n", is_mdx=post.path.suffix == ".mdx"))


def _pieces(body: str, *, is_mdx: bool) -> Iterator[str]:
    at = 0
    for match in _CODE.finditer(body):
        yield _prose(body[at : match.start()], is_mdx=is_mdx)
        if match["span"]:
            yield match[0]
        elif match["fence"] and not _NO_TEXT.match(match["info"]):
            yield without_marks(match[0])
        else:
            yield "\n"
        at = match.end()
    yield _prose(body[at:], is_mdx=is_mdx)


def _prose(text: str, *, is_mdx: bool) -> str:
    shown = _UNSHOWN.sub(" ", text)
    return _EXPRESSION.sub(" ", shown) if is_mdx else shown
