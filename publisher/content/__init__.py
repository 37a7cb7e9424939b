"""Turn the body of a post into safe XHTML with absolute URLs, and a plain-text alternative.

`renderer` renders a post: it asks `cache` first; then `templates` evaluates the template tags in
the body, `markup` and `rst` convert it to HTML, and `render` makes the HTML safe and well-formed.

This package never runs code of a site, never reads its files and never fetches anything.
"""
