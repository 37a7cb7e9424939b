"""The settings of docutils. It reads no files, neither its configuration nor any other."""

from __future__ import annotations

from typing import Any

SETTINGS: dict[str, Any] = {
    "_disable_config": True,
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "doctitle_xform": False,
    "docinfo_xform": False,
    "initial_header_level": 2,
    "toc_backlinks": False,
    "syntax_highlight": "none",
    "math_output": "LaTeX",
    "line_length_limit": 1_000_000,
    "report_level": 2,
    "halt_level": 5,
    "warning_stream": "",
    "output_encoding": "unicode",
    "embed_stylesheet": False,
    "stylesheet_path": "",
}
