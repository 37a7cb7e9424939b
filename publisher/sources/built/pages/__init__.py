"""One page as its generator built it: its tree, words, metadata, dates and address.

Everything here computes from bytes and strings. A page that is too large, nested too deeply, or not
HTML at all is refused with a PageError; no file is opened.
"""
