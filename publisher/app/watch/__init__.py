"""Watch the posts, or the built site, and publish what changes: `publisher watch`."""
