"""Turn the body of a post into safe XHTML with absolute URLs, and a plain-text alternative.

`post_renderer` renders a post: it asks `cache` first; then `templates` evaluates the template tags
in the body, `markup` and `rst` convert it to HTML, and `safe_xhtml` makes that safe XHTML.
`allowed_html` has the elements and the schemes of URLs that readers get.

This package never runs code of a site, never reads its files and never fetches anything.
"""
