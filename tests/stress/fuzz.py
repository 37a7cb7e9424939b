"""Whole files, mutated: the reader never crashes or hangs, and every document is well-formed.

    make fuzz                           a minute
    .venv/bin/python -m tests.stress.fuzz --seconds 3600 --seed 7

What fails is printed with its engine, its seed and the file's bytes.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import math
import random
import signal
import sys
import tempfile
import time
import traceback
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, get_args
from xml.etree import ElementTree as ET

from publisher import entry, feeds, sources
from publisher.config import Config, Engine, FeedFile, Format, Posts, Site
from publisher.lint import posts
from publisher.rendering import Rendered, Renderings
from publisher.sync import item
from publisher.system.site_files import Files
from publisher.text.node_address import NodeAddress
from tests.support import one_feed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NOW = dt.datetime(2026, 11, 1, 12, 0, tzinfo=dt.UTC)
PATIENCE = 30
LARGEST = 60_000

SEEDS = (
    """---
layout: post
title: Pears & <plums> #1
date: 2020-01-02 10:00:00 -0400
tags: [a, b]
time: "00:25"
extended: ":MORE:"
---

Lead *text* with a [link](a.md "t").

:MORE:

![image](i.png) and `code`

```python
print(1)
```

* one
* two

[^1]: note
""",
    """+++
title = "T"
date = 2020-01-02T10:00:00Z
[taxonomies]
tags = ["x"]
+++
Text <!-- more --> [b](@/blog/a.md#x) {{< figure src='a' >}}

a|b
-|-
1|2
""",
    """{
"title": "T", "date": "2020-01-02", "authors": [{"name": "A", "email": "a@b"}]
}
Text
""",
    """---
title: T
date: 2020-01-02
audio: [/a.ogg, {url: b.mp3, length: 3, duration: "1:02"}]
image: {path: c.png}
---
* TOC
{:toc}

{% assign a = "b" %}{% for i in (1..3) %}{{ i }} {{ a | upcase }}{% endfor %}

## Head {#own}

{% highlight ruby %}
puts "{{ site.url }}"
{% endhighlight %}

{% include x.html src="d.png" %} {% raw %}{{ e }}{% endraw %} $$f_1$$ *g*{: .h}

{{% notice %}}
i
{{% /notice %}}
{% quote(a="b") %}
j
{% end %}
<math><mi>k</mi></math>
""",
    """Title: T: x
Date: 2020-01-02
Tags: a; b

Text with <b>bold</b> [x]({filename}a.md).
""",
    """T
=

:date: 2020-01-02
:tags: a, b

Text `link <a>`_ and ``code``

.. image:: a.png
   :alt: b

.. code-block:: python

   x

.. [#] note

=== ===
a   b
=== ===
""",
    """.. title: T
.. date: 2020-01-02
.. tags: a

Text

.. TEASER_END

* a
""",
    """<!--
.. title: T
.. date: 2020-01-02
-->
<p onclick=x>Text <script>x</script> &#11; &lt;
""",
    """title: T
date: 05/06/2020 10:00
categories: [[a, b], c]
permalink: a/b
---
Text, ~gone~ {# hidden #} {{ title }}
![a](i.png "b") 'c' "d" -- e

{% raw %}{{ f }}{% endraw %} {% asset_img g.png %}

<!-- more -->

{% codeblock lang:js H %}
i
{% endcodeblock %}
""",
    """;;;
"title": "T", "date": "2020-01-02"
;;;
Text
""",
    """---
publish: true
created: 2020-01-02
---
[[Note|x]] ![[i.png]] %%gone%% ==mark==
""",
)
# One to a line, `_` for a blank.
PIECES = tuple(
    line.replace("_", " ").encode().decode("unicode_escape")
    for line in (Path(__file__).parent / "fuzz.txt").read_text(encoding="utf-8").splitlines()
)


@dataclass(frozen=True)
class Case:
    engine: Engine
    name: str
    data: bytes


class Hang(BaseException):
    """It took longer than anybody waits. Nothing on the way may catch it."""


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=None)
    arguments = parser.parse_args()
    seed = arguments.seed if arguments.seed is not None else random.SystemRandom().getrandbits(32)
    cases, failed = run(seed, seconds=arguments.seconds)
    print(f"{cases} files, seed {seed}: {'nothing found' if not failed else 'it failed'}")
    return 1 if failed else 0


def run(
    seed: int, *, seconds: float = math.inf, files: float = math.inf
) -> tuple[int, Case | None]:
    """Try so many files, or for so many seconds, until one fails: how many, and which failed."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    end, cases = time.monotonic() + seconds, 0
    with tempfile.TemporaryDirectory() as folder:
        while cases < files and time.monotonic() < end:
            case = made(chance)
            cases += 1
            try:
                with patience():
                    attempt(case, Path(folder) / "posts")
            except (Exception, Hang):
                traceback.print_exc()
                print(f"seed {seed}, {case.engine}, {case.name}:\n{case.data!r}", file=sys.stderr)
                return cases, case
    return cases, None


def made(chance: random.Random) -> Case:
    """A file: a seed, or nothing, that was cut, doubled, mixed and dirtied."""
    data = chance.choice([*SEEDS, ""]).encode()
    for _ in range(chance.choice([0, 1, 2, 4, 8, 30])):
        data = _mutated(data, chance)[:LARGEST]
    ending = chance.choice(["md", "md", "markdown", "html", "rst", "txt", "mdx"])
    name = chance.choice(["2020-01-01-a", "a", "b/index", "2020-1-1_b", "c.fr"])
    return Case(chance.choice(get_args(Engine)), f"{name}.{ending}", data)


def _mutated(data: bytes, chance: random.Random) -> bytes:
    at = chance.randint(0, len(data))
    to = min(len(data), at + chance.choice([1, 2, 10, 100]))
    match chance.randint(0, 6):
        case 0:
            return data[:at] + data[to:]
        case 1:
            return data[:at] + bytes([chance.randint(0, 255)]) + data[at:]
        case 2:
            times = chance.choice([1, 2, 50, 3000])
            return data[:at] + data[at:to] * times + data[to:]
        case 3:
            other = chance.choice(SEEDS).encode()
            return data[:at] + other[chance.randint(0, len(other)) :]
        case 4:
            piece = chance.choice(PIECES).encode("utf-8", "surrogatepass")
            return data[:at] + piece * chance.choice([1, 1, 2, 1000, 20_000]) + data[at:]
        case _:
            return data[:at] + chance.choice(PIECES).encode("utf-8", "surrogatepass") + data[at:]


@contextmanager
def patience() -> Iterator[None]:
    """Raise Hang where something takes too long on the CPU, whatever else runs on the machine."""

    def stop(*_: object) -> None:
        raise Hang(f"more than {PATIENCE} s of CPU time")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, PATIENCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def attempt(case: Case, folder: Path) -> None:
    """Read the file, and build every document of it that there is. Raises what goes wrong."""
    path = folder / case.name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(case.data)
    site = Site(title="A blog", url="https://blog.example/sub", since=dt.date(2020, 1, 1))
    config = Config(
        site=site,
        posts=Posts(path=folder, engine=case.engine, languages=("fr",)),
        state=folder.parent / "state",
        path=folder.parent / "publisher.yaml",
    )
    try:
        reading = sources.read(config, now=NOW)
        found, renderings = entry.entries(reading, site), Renderings(reading, site)
        files = Files(folder, folder.parent, site.root, sources.reach_of(config))
        posts.check(found, site, files=files, now=NOW, renderings=renderings)
        _well_formed([*map(renderings.of, found.entries)], site)
    finally:
        path.unlink()


def _well_formed(entries: Sequence[Rendered], site: Site) -> None:
    for form in get_args(Format):
        file = FeedFile(path=Path("f"), format=form, limit="all", url="https://blog.example/f")
        document = one_feed.document(file, site, feeds.newest(entries, "all"))
        if form == "json":
            json.loads(document)
        else:
            ET.fromstring(document)  # noqa: S314 - our own
    for one in entries:
        address = NodeAddress("pubsub.example", "blog")
        built = item.item(one, site, address, account="blog@example.org", limit=10_000_000)
        payload = ET.fromstring(built.payload)  # noqa: S314
        if not one.title or payload.tag != "{http://www.w3.org/2005/Atom}entry":
            raise AssertionError("no entry, or no title")


if __name__ == "__main__":
    sys.exit(main())
