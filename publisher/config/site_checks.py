"""Check the section `site` and the people.

Each check is a generator of problems, as in `config.checks`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from publisher.config.keys import (
    EXAMPLE_URL,
    PLACEHOLDER,
)
from publisher.config.value_forms import (
    IRI,
    MAIL,
    braced,
    email_problem,
    is_iri,
    is_language,
    is_person_uri,
    is_picture_url,
    is_web_url,
    language_problem,
)
from publisher.text.nearest_name import did_you_mean, question

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.text import yaml_document

ID_PLACEHOLDERS = ("host", "date", "since", "id", "path")


def check_site(site: dict[str, Any]) -> Iterator[tuple[yaml_document.Key, str]]:
    url = site.get("url", EXAMPLE_URL)
    if not is_web_url(url):
        yield ("url",), f"is {url!r}; {_url_advice(url)}"
    # Paths of posts are appended to this URL, so a query or fragment would be in the wrong place.
    elif extra := next((mark for mark in "?#" if mark in url), ""):
        kind = "the query" if extra == "?" else "the fragment"
        yield ("url",), f"is {url!r}; remove {kind}: {extra}{url.partition(extra)[2]}"
    zone = site.get("timezone", "UTC")
    try:
        ZoneInfo(zone)
    # A path such as `../x` raises ValueError; the name of a folder, such as `Europe`, OSError.
    except (ZoneInfoNotFoundError, ValueError, OSError):
        hint = _near_zone(zone)
        message = f"is {zone!r}; it must be an IANA name, e.g. Europe/Berlin or UTC{hint}"
        yield ("timezone",), message
    language = site.get("language", "en")
    if not is_language(language):
        yield ("language",), language_problem(language)
    if "id_template" in site:
        yield from _check_id_template(site["id_template"])
    yield from _check_facts(site)


def _url_advice(url: str) -> str:
    if "${" in url or re.match(r"\$[A-Za-z_]", url):
        return "variables are not expanded; write the URL, e.g. https://blog.example"
    if "{{" in url or "{%" in url:
        return "templates are not evaluated; write the URL, e.g. https://blog.example"
    return "it must be the URL of the site, e.g. https://blog.example"


def _near_zone(name: str) -> str:
    """A question about the zone of a city, or of a misspelt name."""
    zones = available_timezones()
    city = name.rpartition("/")[2].strip().replace(" ", "_").casefold()
    of_city = [zone for zone in sorted(zones) if zone.rpartition("/")[2].casefold() == city]
    return question(of_city[0]) if of_city else did_you_mean(name, zones)


def _check_facts(site: dict[str, Any]) -> Iterator[tuple[yaml_document.Key, str]]:
    """Check the metadata of the site that feeds repeat."""
    # The id of a feed that selects posts is this IRI with a fragment.
    if "id" in site and (not is_iri(site["id"]) or "#" in site["id"]):
        example = "tag:blog.example,2008-01-01:feed"
        yield ("id",), f"is {site['id']!r}; it must be an absolute IRI without #, e.g. {example}"
    for key in ("icon", "logo"):
        if key in site and not is_picture_url(site[key]):
            yield (key,), f"is {site[key]!r}; it must be a file of the site, e.g. /icon.png"
    if "license" in site and not is_web_url(site["license"]):
        example = "https://creativecommons.org/licenses/by/4.0/"
        yield ("license",), f"is {site['license']!r}; it must be a URL, e.g. {example}"
    for index, hub in enumerate(site.get("hubs", ())):
        if hub and not is_web_url(hub):
            yield ("hubs", index), f"is {hub!r}; it must be a URL, e.g. https://hub.example/"


def _check_id_template(template: str) -> Iterator[tuple[yaml_document.Key, str]]:
    names = PLACEHOLDER.findall(template)
    rest = PLACEHOLDER.sub("x", template)
    for name in names:
        if name not in ID_PLACEHOLDERS:
            known = braced(ID_PLACEHOLDERS)
            yield ("id_template",), f"has {{{name}}}, which has no value; use {known}"
    if not {"id", "path"} & set(names):
        yield ("id_template",), "gives all posts the same id; add {id}"
    if not IRI.fullmatch(rest):
        yield ("id_template",), "is not an absolute IRI, e.g. tag:{host},{date}:{id}"


def check_person(person: dict[str, Any]) -> Iterator[tuple[yaml_document.Key, str]]:
    if "email" in person and not MAIL.fullmatch(person["email"]):
        yield ("email",), email_problem(person["email"])
    if "uri" in person and not is_person_uri(person["uri"]):
        yield ("uri",), f"is {person['uri']!r}; it must be an http, https, mailto or xmpp URI"
