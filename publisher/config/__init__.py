"""Read publisher.yaml into a frozen Config, and report all problems at once with their lines.

A Config holds typed values: paths are absolute, defaults are filled in, and a value is None only
where its absence means something. Unknown keys are errors, because a misspelt option must not be
ignored silently.
"""

from publisher.config.find import find
from publisher.config.keys import (
    DEFAULT_ENGINE,
    EXAMPLE_URL,
    MAX_LEVELS_UP,
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
from publisher.config.named_files import link_advice
from publisher.config.node_fields import NODE_FIELDS, NODE_KEYS
from publisher.config.reader import load, parse, place
from publisher.config.value_forms import is_iri, is_language, is_person_uri, is_url, is_web_url

__all__ = [
    "DEFAULT_ENGINE",
    "EXAMPLE_URL",
    "MAX_LEVELS_UP",
    "NODE_FIELDS",
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
    "is_iri",
    "is_language",
    "is_person_uri",
    "is_url",
    "is_web_url",
    "link_advice",
    "load",
    "parse",
    "place",
]
