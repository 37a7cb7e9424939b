"""Site generators: where each keeps its posts and settings, and how it reads and addresses them.

One module for each. They read settings as data, and never run a program of the site.
"""
