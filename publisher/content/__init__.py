"""The body of a post -> safe XHTML with absolute URLs, and its plain-text alternative.

``templates`` evaluates the tags in a body, ``markup`` and ``rst`` turn it into HTML, and ``render``
makes that safe and well-formed. ``cache`` keeps what was rendered. Refuses to run code of a site,
to read its files and to fetch anything.
"""
