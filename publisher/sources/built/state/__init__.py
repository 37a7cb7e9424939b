"""What earlier runs learned of each post's page, and whether the page that is there goes out now.

The deciders are pure. The memory is read at the beginning of a run and written once, at its end; a
damaged one is an error, and never a reason to announce anything.
"""
