"""Decide whether a post may go out with the page that is there, or waits for the next build. Pure.

publisher may run before the site is built again. Then the page still shows the post as it was
before the edit, and a new post has no page. Which of the two happened cannot be seen at the times
of the files: a checkout, a copy or an unpacked build makes them lie. So the text decides: a page
that was not built again lacks words of the edit that it would show. Times decide only where nothing
is known of the post.

A page may also be there in part, because the build still writes it. If that shows (`wholeness`),
the post waits in any case. Else the page lacks words that it would show, and its post goes out
early.

A post is known if it was taken with its page before. "Lacks more" means that the page lacks words
of the source that it did not lack when the post was taken. "Shows removed" means that the body on
the page shows words, pictures or links that the source had when the post was taken, and has no more
(`leftovers`). "Unseen" means that readers see nothing of the edit beside the body (`unseen`).
"Loses" means that the page lacks much of what it showed when the post was taken, and of what the
source still has. "End" means that the page lacks the last words of the source. "Newer" means that
the source is newer than every page of the output. A page is "elsewhere" if it is not at the address
that the engine's rules give, although nearly all posts that were taken before have theirs there: it
may be the page that the post had as a draft, or before its file was renamed. A page is "former" if
it is that of a post that is gone, not at the post's own address, and not written since the file of
the post has its name. A post is "withdrawn" that was taken before, but did not go out at the last
run, e.g. because it was a draft: then its last version never comes back.

=========  =====  =======  ===========  ==========  =============  ===================  ========
page       known  source   page's body  lacks more  shows removed  and                  decision
=========  =====  =======  ===========  ==========  =============  ===================  ========
none       yes                                                     lost with others     Wait
none       any                                                     newer                Wait
none       any                                                     not newer            NoPage
cut        any                                                                          Wait
former     no              any          any                                             Wait
elsewhere  no              any          any                        newer                Wait
other      no              any          yes                        newer                Wait
other      no              shown        no                         newer                Early
other      no              not shown    no                         newer                Take
any        no              shown        end                        not newer            Early
any        no              any          any                        not newer            Take
any        yes    any      not shown    any         any            never shown          Take
any        yes    same     any          any         any                                 Take
any        yes    edited   not shown    any         any                                 Early
any        yes    edited   not shown    any         any            unseen               Keep
any        yes    edited   not shown    any         any            withdrawn            Take
any        yes    edited   other        no          any                                 Take
any        yes    edited   other        yes         any                                 Early
any        yes    edited   other        yes         any            loses                Wait
any        yes    edited   other        any         yes            withdrawn            Wait
any        yes    edited   same         no          no                                  Early
any        yes    edited   same         no          no             unseen               Keep
any        yes    edited   same         no          no             withdrawn            Wait
any        yes    edited   same         yes         any                                 Wait
any        yes    edited   same         no          yes                                 Wait
any        yes    edited   any          any         any            written since it     Early
                                                                   waits
=========  =====  =======  ===========  ==========  =============  ===================  ========

The last row ends a wait in vain: the site was built since, and its page shows nothing of the edit,
e.g. because a template reads it. A post is kept whose edit changes nothing that readers see: the
page may not be built yet, and if it never shows anything of the edit, there is nothing to announce.
The same holds while the page does not show the text that it showed before ("never shown" means that
it did not show any): nobody has seen the edit, so it is news when the page shows it.
An early post is taken with the page that is there. If the page changes later, it was not built
after all, and its body is sent as a correction.

Of a withdrawn post nobody sees anything until it is shown again. So it waits for the next build
whenever its page may be older than the edit: what the author removed meanwhile must not come back.
If its page does not show the text, it goes out like a post that never showed any.
"""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

# In the place of the hash of a page's body: the page never showed the text.
NO_TEXT = "no text"


class Taken(Struct, frozen=True, kw_only=True):
    """What is known of a post since it was taken last: the hashes of both bodies.

    `missing` are the triples of the source that the page lacked.
    """

    source: str
    page_body: str
    missing: frozenset[int]


def has_body(taken: Taken | None) -> bool:
    """Whether the body of the post was taken from its page."""
    return taken is not None and taken.page_body not in {"", NO_TEXT}


class Facts(Struct, frozen=True, kw_only=True):
    """What a run sees of a post. `page_body` is empty if the page does not show the text.

    `is_elsewhere`, `is_former`, `is_newer`, `shows_removed` and `is_unseen` are explained above.
    `is_rewritten` tells whether the page was written again since the post began to wait with this
    source. `is_lost` tells whether the post has lost its page together with others (`losses`).
    `loses_text` is explained above. `is_cut`: the page is not written whole. `lacks_end`: it lacks
    the last words of the source. `is_withdrawn` is explained above.
    """

    has_page: bool
    is_newer: bool
    is_elsewhere: bool = False
    is_former: bool = False
    source: str = ""
    page_body: str = ""
    missing: frozenset[int] = frozenset()
    shows_removed: bool = False
    is_unseen: bool = False
    taken: Taken | None = None
    is_rewritten: bool = False
    is_lost: bool = False
    loses_text: bool = False
    is_cut: bool = False
    lacks_end: bool = False
    is_withdrawn: bool = False


class Take(Struct, frozen=True):
    """The post goes out with its page."""


class Early(Struct, frozen=True):
    """The post goes out with its page, which may not be built yet."""


class Wait(Struct, frozen=True):
    """The post stays as it was taken last, and is not published if it never was."""

    reason: str


class Keep(Struct, frozen=True):
    """The post stays as it was taken last, but does not wait: nothing of the edit shows so far."""


class NoPage(Struct, frozen=True):
    """The site does not publish the post."""


Decision: TypeAlias = Take | Early | Wait | Keep | NoPage

NOT_BUILT = (
    "is newer than every page of the site and has none of its own; build the site, and run again"
)
LOST = (
    "had a page at the last run and has none now, as other posts, so the site may be half built; "
    "build it, and run again"
)
NEWER = (
    "is newer than every page of the site, and its page lacks words of it; build the site, and run "
    "again"
)
OLD_ADDRESS = (
    "is newer than every page of the site, and the page that shows its text is not at its address; "
    "build the site, and run again"
)
OLD_PAGE = (
    "has the text of a post that is gone, and only the page of that one shows it; if you renamed "
    "its file, build the site, and run again"
)
# Of a post without a page, with the path of its old file.
MOVED = (
    "has most of the text of {}, which is gone, and no page yet; if you renamed that file, build "
    "the site, and run again"
)
# Of a post without a page, with the path of another post.
ALIKE = (
    "has the title and the text of {}, and nothing on their pages tells which is whose; give one "
    "of them another title, and build the site, or set posts.permalink to the URLs of your pages"
)
STILL_SHOWN = "was edited, and its page still shows what you removed; build the site, and run again"
LOSES_TEXT = (
    "was edited, and its page lacks much of what it showed before, which the source still has; "
    "build the site, and run again"
)
CUT = (
    "has a page that is not written whole, because its end with </html> is missing; build the "
    "site, and run again"
)
NOT_SHOWN = "was edited, and its page does not show it yet; build the site, and run again"
# Why an edited post waits until its page is written again, which may never happen.
OF_EDITS = frozenset({STILL_SHOWN, LOSES_TEXT, NOT_SHOWN})


def decide(facts: Facts) -> Decision:
    """Decide on one post by the table."""
    if not facts.has_page and facts.is_lost:
        return Wait(LOST)
    if not facts.has_page:
        return Wait(NOT_BUILT) if facts.is_newer else NoPage()
    if facts.is_cut:
        return Wait(CUT)
    if facts.taken is None:
        return _by_times(facts) if facts.is_newer else _of_unknown(facts)
    if not facts.page_body:
        return _without_text(facts, facts.taken)
    return _by_text(facts, facts.taken)


def _without_text(facts: Facts, taken: Taken) -> Decision:
    if facts.source == taken.source or not has_body(taken) or facts.is_withdrawn:
        return Take()
    return Keep() if facts.is_unseen else Early()


def _by_times(facts: Facts) -> Decision:
    if facts.is_elsewhere:
        return Wait(OLD_ADDRESS)
    if facts.is_former:
        return Wait(OLD_PAGE)
    if facts.missing:
        return Wait(NEWER)
    return Early() if facts.page_body else Take()


def _of_unknown(facts: Facts) -> Decision:
    if facts.is_former:
        return Wait(OLD_PAGE)
    return Early() if facts.lacks_end and facts.page_body else Take()


def _by_text(facts: Facts, taken: Taken) -> Decision:
    if facts.source == taken.source:
        return Take()
    lacks_more = not facts.missing <= taken.missing
    if facts.page_body != taken.page_body:
        return _by_other_text(facts, lacks_more=lacks_more)
    if facts.is_rewritten:
        return Early()
    if lacks_more:
        return Wait(NOT_SHOWN)
    return Wait(STILL_SHOWN) if facts.shows_removed else _by_same_text(facts)


def _by_same_text(facts: Facts) -> Decision:
    """The page may show the edit, or may not be built yet: nothing tells."""
    if facts.is_withdrawn:
        return Wait(NOT_SHOWN)
    return Keep() if facts.is_unseen else Early()


def _by_other_text(facts: Facts, *, lacks_more: bool) -> Decision:
    if facts.is_withdrawn and facts.shows_removed and not facts.is_rewritten:
        return Wait(STILL_SHOWN)
    if not lacks_more:
        return Take()
    return Wait(LOSES_TEXT) if facts.loses_text and not facts.is_rewritten else Early()
