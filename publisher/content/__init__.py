"""The body of a post -> safe XHTML with absolute URLs, and its plain-text alternative.

``renderer`` renders a post: ``templates`` evaluates the tags in its body, ``markup`` and ``rst``
turn it into HTML, and ``render`` makes that safe and well-formed. ``cache`` is asked first.
Refuses to run code of a site, to read its files and to fetch anything.
"""
