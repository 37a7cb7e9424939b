"""Leaves that touch the machine: files, links, the lock, HTTP, threads.

Everything here has a limit in size or time. Nothing here knows what a post is.
"""
