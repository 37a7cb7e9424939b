"""Learn the selectors of bodies from posts and their pages, for `publisher init`.

Everything here computes from parsed pages. Selectors that would take away words of a source, and
sites on which too few bodies are accepted, are refused with the reason.
"""
