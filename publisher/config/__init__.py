"""publisher.yaml -> frozen Config. Reports every problem at once, each with its line and a way out.

Behind this door there are no dicts and no Nones that cannot be: paths are absolute, defaults are
filled in. Refuses unknown keys: a misspelt option must never be a silent one.
"""

from publisher.config.checks import is_address, is_iri, is_language, is_person_uri, is_web
from publisher.config.files import link_advice
from publisher.config.find import find
from publisher.config.reader import load, parse
from publisher.config.values import (
    DEFAULT_ENGINE,
    EXAMPLE_URL,
    MOST_AROUND,
    NODE_KEYS,
    Codec,
    Config,
    Engine,
    FeedFile,
    Format,
    NodeConfig,
    PageFile,
    Pattern,
    Person,
    Podcast,
    Posts,
    Selection,
    Shown,
    Site,
    Templates,
    Xmpp,
)

__all__ = [
    "DEFAULT_ENGINE",
    "EXAMPLE_URL",
    "MOST_AROUND",
    "NODE_KEYS",
    "Codec",
    "Config",
    "Engine",
    "FeedFile",
    "Format",
    "NodeConfig",
    "PageFile",
    "Pattern",
    "Person",
    "Podcast",
    "Posts",
    "Selection",
    "Shown",
    "Site",
    "Templates",
    "Xmpp",
    "find",
    "is_address",
    "is_iri",
    "is_language",
    "is_person_uri",
    "is_web",
    "link_advice",
    "load",
    "parse",
]
