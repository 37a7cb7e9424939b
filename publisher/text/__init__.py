"""Pure functions on strings: XML text, URIs, dates, YAML with line numbers, permalinks, slugs,
globs, shortening, and code spans in Markdown.

Nothing here reads a file or the clock, and nothing knows what a post is.
"""
