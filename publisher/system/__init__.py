"""Access to the machine: atomic files, symbolic links, the lock, HTTP, retries, threads.

Everything here has a limit on size or time. Nothing here knows what a post is.
"""
