"""Leaves that know strings only: XML text, URIs, timestamps, YAML with lines, permalinks, slugs,
globs, where a text is cut, and where it is code.

Nothing here reads a file or the clock, and nothing knows what a post is.
"""
