"""The settings of docutils. It reads no files, neither its configuration nor any other."""

from __future__ import annotations

from typing import Any

SETTINGS: dict[str, Any] = {
    "_disable_config": True,
    "file_insertion_enabled": False,
    "raw_enabled": False,
    # The title comes from the front matter, so a lone first heading stays in the body.
    "doctitle_xform": False,
    # Fields at the top of a post are its front matter, which is read already.
    "docinfo_xform": False,
    # Level 1 is the title of the post.
    "initial_header_level": 2,
    # By default each heading would be a link back to the table of contents.
    "toc_backlinks": False,
    # Highlighting is done with classes, which are removed later.
    "syntax_highlight": "none",
    "math_output": "LaTeX",
    # docutils' default of 10,000 characters would refuse a long paragraph written on one line.
    "line_length_limit": 1_000_000,
    "report_level": 2,
    # Above the highest level of a message, which is 4: no message stops the parser.
    "halt_level": 5,
    # Messages are taken from the document, and not printed.
    "warning_stream": "",
    "output_encoding": "unicode",
    # By default the writer reads its stylesheets from the disk.
    "embed_stylesheet": False,
    "stylesheet_path": "",
}
