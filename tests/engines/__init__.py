"""Comparisons with the real site generators, and their hooks.

`make test-engines` installs them and runs these.
"""
