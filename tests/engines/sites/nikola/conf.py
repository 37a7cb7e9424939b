BLOG_AUTHOR = "Ada Example"
BLOG_TITLE = "A blog of the tests"
BLOG_EMAIL = "ada@blog.example"
BLOG_DESCRIPTION = "A blog of the tests"
SITE_URL = "https://blog.example/"
DEFAULT_LANG = "en"
TRANSLATIONS = {"en": "", "de": "./de"}
TIMEZONE = "Europe/Berlin"
POSTS = [
    ("posts/*.md", "posts", "post.tmpl"),
    ("posts/*.rst", "posts", "post.tmpl"),
    ("posts/*.html", "posts", "post.tmpl"),
    ("news/*.md", "", "post.tmpl"),
]
PAGES = [("pages/*.md", "pages", "page.tmpl")]
COMPILERS = {
    "rest": [".rst"],
    "markdown": [".md"],
    "html": [".html"],
}
THEME = "base-jinja"
