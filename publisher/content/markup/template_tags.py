"""Template tags that were not evaluated; Markdown parsers must not change them."""

from __future__ import annotations

import re

# A template tag. It cannot contain the start of another tag, which ends one that never closes.
TEMPLATE_TAG = re.compile(
    r"\{\{(?:(?!\{[{%]).){0,1000}?\}\}|\{%(?:(?!\{[{%]).){0,1000}?%\}", re.DOTALL
)
