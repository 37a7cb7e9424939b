"""Say what publisher cannot know of a site from its sources, and what to set then.

`unknown_urls`: at which URLs the posts are; `ignored_files`: which files the site leaves out;
`unread_settings`: which of its settings change posts and are not read.
"""
