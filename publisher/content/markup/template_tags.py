"""Template tags in a source, as the parsers of markup must leave them."""

from __future__ import annotations

import re

# A tag of a template. None holds the beginning of another: what never closes ends there.
TEMPLATE_TAG = re.compile(
    r"\{\{(?:(?!\{[{%]).){0,1000}?\}\}|\{%(?:(?!\{[{%]).){0,1000}?%\}", re.DOTALL
)
