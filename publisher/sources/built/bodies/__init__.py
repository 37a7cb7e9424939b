"""Take the body of a post from its page, and decide whether it is that of the post.

Everything here computes from a parsed page, selectors and the text of the source. What browsers
alone need goes; text of the author is never removed. Unsafe markup stays: `content` drops it.
"""
