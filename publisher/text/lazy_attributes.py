"""The attributes of HTML from which scripts take the addresses of pictures, players and frames.

Until such a script runs, the attribute itself is empty or has a placeholder.
"""

from __future__ import annotations

from typing import Final

# Those of lazysizes, lozad, WP Rocket, jQuery Lazy Load, Slick, Echo and the lazy-loading plugins
# of Hexo.
REAL: Final = {
    "src": ("data-src", "data-lazy-src", "data-original", "data-lazy", "data-echo"),
    "srcset": ("data-srcset", "data-lazy-srcset", "data-original-set"),
    "poster": ("data-poster",),
}
# The attributes that may have the address, or several.
SOURCES: Final = ("src", *REAL["src"])
SETS: Final = ("srcset", *REAL["srcset"])
POSTERS: Final = ("poster", *REAL["poster"])
