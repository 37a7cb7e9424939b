"""Properties of notes are shown as Obsidian shows them, without the paths of other notes."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from publisher.entry.from_post import shown_summary
from publisher.sources.engines.obsidian_properties import shown
from tests.unit.test_engines import post

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("[[Two]]", "Two"),
        ("[[private/Clients/A Ltd]]", "A Ltd"),
        ("[[A Ltd#Invoice 1]]", "A Ltd"),
        ("[[private/A Ltd|a client]]", "a client"),
        ("With [[x/A]] and ![[B]]!", "With A and B!"),
        ("a %%hidden%% b", "a  b"),
        ("a %%hidden", "a"),
        ("[[]] [[|]]", "[[]] [[|]]"),
        ("a [b] c", "a [b] c"),
    ],
)
def test_a_link_in_a_property_is_its_text(written: str, text: str) -> None:
    assert shown(written) == text
    assert shown([written, "x"]) == [text, "x"]


def test_no_property_shows_the_path_of_a_note(tmp_path: Path) -> None:
    text = (
        '---\npublish: true\ndate: "[[daily/2020-01-02]]"\ntitle: About [[x/A]]\n'
        'tags: [one, "[[topics/Two]]"]\nauthor: "[[people/Ann]]"\n'
        'summary: "See [[private/B]] %%never%%"\n---\nText.\n'
    )
    found = post(tmp_path, "plain", {"a.md": text})
    assert (found.title, found.tags) == ("About A", ("one", "Two"))
    assert [one.name for one in found.authors] == ["Ann"]
    assert shown_summary(found) == "See B"
    assert found.published.astimezone(ZoneInfo("Europe/Berlin")).date().isoformat() == "2020-01-02"


def test_a_key_of_the_configuration_is_read_in_the_same_way(tmp_path: Path) -> None:
    text = '---\npublish: true\ndate: 2020-01-02\nTopics: ["[[topics/Two]]"]\n---\n'
    assert post(tmp_path, "plain", {"a.md": text}, keys={"tags": "Topics"}).tags == ("Two",)
