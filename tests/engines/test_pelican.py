"""Which texts in reStructuredText Pelican builds, beyond the site of `test_sites`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support import sites
from tests.support.generators import GENERATORS

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = """
SITENAME = "A blog"
SITEURL = "https://blog.example"
AUTHOR = "Ada"
PATH = "content"
TIMEZONE = "UTC"
DEFAULT_LANG = "en"
FEED_ALL_ATOM = CATEGORY_FEED_ATOM = TRANSLATION_FEED_ATOM = AUTHOR_FEED_ATOM = None
THEME = "simple"
SLUGIFY_SOURCE = "basename"
"""
FIELDS = ":date: 2020-01-02\n"
HEAD = f"T\n=\n\n{FIELDS}\n"
TEXTS = [
    f"{HEAD}.. code-block::\n\n   a",
    f"{HEAD}.. sourcecode::\n\n   a",
    f"{HEAD}.. code::\n\n   a",
    f"{HEAD}.. code-block:: text\n\n   a",
    f"{HEAD}.. code-block:: text\n   :caption: x\n\n   a",
    f"{HEAD}.. youtube:: x",
    f"{HEAD}See :ref:`x`.",
    f"{HEAD}* a `x`:doc: b",
    f"{HEAD}``:ref:`x``` :abbr:`A (b)` :sup:`2` `x`:sub: a:b:`c`",
    f"{HEAD}.. role:: own(code)\n   :language: python\n\n:own:`x`",
    f"{HEAD}.. |x| image:: /a.png\n.. _a: https://x.example\n.. [1] b\n\n|x| a_ [1]_",
    f"{HEAD}.. rubric:: R\n\n.. sectnum::\n\n.. contents::\n\nA\n-\n\na\n\nB\n-\n\nb",
    *(
        f"{HEAD}{text}"
        for text in (
            "a *b",
            "a *b*c",
            "a *b* c",
            "a *b\nc* d",
            "a *b\n\nc* d",
            "*b*, **c**; ``d``.",
            "a **b",
            "a ``b",
            "a `b",
            "a `b <c>`_ d",
            "a `b`__ `c`:sub:\n\n__ /x",
            "a * b",
            "2*3 *4",
            r"a \*b",
            r"a *b\*",
            "a ``*b`` c",
            "a (``*b``) c `d *e` f",
            "* a\n* b *c\n* d",
            "* a\n* *b*",
            "a *b**",
            "a **b*",
            "a *b*_",
            "- *a*\n- b",
            "a::\n\n   *b\n",
            "a:: *b\n\n   c",
            "*args, **kwargs",
            ">>> a *b\nc",
            "A\n *b",
            "1. a\n   *b",
            "a ```b``` c",
            "a `b ``c``",
            "x\n  *y\n\nz",
        )
    ),
    f"{HEAD}a\n\nHead\n=\n\nb",
    f"{HEAD}a\n\nH\n-\n\nb\n\n=\nI\n=\n\nc",
    f"T\n=\n\nSub\n---\n\n{FIELDS}\nText.",
    f"===\nT\n===\n---\nSub\n---\n{FIELDS}\nText.",
    f".. title:: meta\n\nT\n=\n\n{FIELDS}\nText.",
    f".. meta::\n   :keywords: a\n\nT\n=\n\n{FIELDS}\nText.",
    f".. _top:\n.. comment\n\nT\n=\n\nSub\n---\n\n{FIELDS}\nText.",
    f".. header:: words\n\nT\n=\n\n{FIELDS}\nText.",
]


def test_texts_of_which_pelican_makes_pages_are_posts(tmp_path: Path) -> None:
    (tmp_path / "content").mkdir()
    (tmp_path / "pelicanconf.py").write_text(SETTINGS)
    for number, text in enumerate(TEXTS):
        (tmp_path / f"content/p{number}.rst").write_text(f"{text}\n")
    output = tmp_path / "output"
    found = {path.rpartition("/")[2] for path in sites.read(tmp_path, output)}
    GENERATORS["pelican"].build(tmp_path)
    for number, text in enumerate(TEXTS):
        built = (output / f"p{number}.html").is_file()
        assert built == (f"p{number}.rst" in found), text
