"""The settings of Pelican that change posts and are not read, and what they change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.sources.engines.unread import adds, changes, if_computed, other_than

if TYPE_CHECKING:
    from publisher.text.yaml_document import Value

# Plugins that add pages and links around the text of posts.
_PLUGINS = (
    "feed_filter", "minify", "neighbors", "related_posts", "search", "seo", "share_post",
    "similar_posts", "sitemap", "tag_cloud", "webassets",
)  # fmt: skip
# The defaults of Pelican; they change nothing.
_MARKDOWN: Value = {
    "extension_configs": {
        "markdown.extensions.codehilite": {"css_class": "highlight"},
        "markdown.extensions.extra": {},
        "markdown.extensions.meta": {},
    },
    "output_format": "html5",
}
SETTINGS = {
    **dict.fromkeys(("CLEAN_URLS", "ARTICLE_PERMALINK_STRUCTURE"), changes("URLs")),
    **dict.fromkeys(
        ("SLUG_SUBSTITUTIONS", "CATEGORY_SUBSTITUTIONS", "AUTHOR_SUBSTITUTIONS"), changes("URLs")
    ),
    "LOCALE": adds("URLs", known=("", "c", "posix", "en_us", "en_us.utf8", "en_us.utf-8")),
    "TYPOGRIFY": changes("titles", "summaries", "bodies"),
    "FORMATTED_FIELDS": adds("titles", known=("summary",)),
    "SUMMARY_MAX_LENGTH": other_than("50", "summaries"),
    "SUMMARY_MAX_PARAGRAPHS": changes("summaries"),
    "MARKDOWN": other_than(_MARKDOWN, "bodies"),
    "DOCUTILS_SETTINGS": changes("bodies"),
    "INTRASITE_LINK_REGEX": other_than("[{|](?P<what>.*?)[|}]", "bodies"),
    **dict.fromkeys(("STATIC_URL", "STATIC_SAVE_AS"), other_than("{path}", "bodies")),
    **dict.fromkeys(("TAG_URL", "CATEGORY_URL", "AUTHOR_URL"), if_computed("bodies")),
    **dict.fromkeys(
        ("PAGE_URL", "PAGE_SAVE_AS", "PAGE_LANG_URL", "PAGE_LANG_SAVE_AS"), if_computed("bodies")
    ),
    "PLUGINS": adds(
        "bodies", known=[prefix + name for prefix in ("", "pelican.plugins.") for name in _PLUGINS]
    ),
    **dict.fromkeys(
        ("ARTICLE_PATHS", "MARKUP", "PAGE_PATHS", "WITH_FUTURE_DATES"), if_computed("posts")
    ),
    "PATH": if_computed("posts", "URLs", "categories"),
    "DEFAULT_DATE": if_computed("dates"),
    "DEFAULT_LANG": if_computed("languages"),
    "USE_FOLDER_AS_CATEGORY": if_computed("categories"),
    "DEFAULT_METADATA": if_computed("dates", "tags", "authors"),
}
