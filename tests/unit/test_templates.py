"""Template tags in posts: their values, and what is kept of tags for the site only."""

from __future__ import annotations

import time
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import pytest

from publisher.sources import site_settings
from publisher.sources.engines import RECORDS
from publisher.sources.front_matter import block
from publisher.system.symlinks import Reach
from publisher.text import markdown_code
from publisher.text.yaml_document import PlainScalar
from tests.support.posts import OTHER, templated, told

if TYPE_CHECKING:
    from publisher.config import Engine
    from publisher.post import Markup
    from publisher.text.yaml_document import Value
    from tests.support.posts import WithSource


def fates(result: WithSource) -> list[str]:
    return [fate for fate, _ in result.source.tags]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("{{ page.title }} {{ page.tags | join: ', ' }}", "A title a, b"),
        ("{{ page.id }} {{ page.collection }}", "/this posts"),
        ("{{ page.path }} {{ page.name }} {{ page.ext }} {{ page.relative_path }}",
         "blog/2026-01-02-this.md 2026-01-02-this.md .md blog/2026-01-02-this.md"),
        ("{{ page.date | date: '%d %B %Y %H:%M' }}", "02 January 2026 12:00"),
        ("{{ page.date | date_to_string }}, {{ page.date | date_to_long_string }}",
         "02 Jan 2026, 02 January 2026"),
        ("{{ page.date | date_to_xmlschema }}", "2026-01-02T12:00:00+01:00"),
        ("{{ page.date | date_to_rfc822 }}", "Fri, 02 Jan 2026 12:00:00 +0100"),
        ("{{ page.own.deep[0] }} {{ page.count | plus: 1 }} {{ page.nothing }}.", "x 3 ."),
        ("{% if page.yes %}a{% endif %}{% unless page.no %}b{% endunless %}", "ab"),
        ("{{ site.url }}{{ site.baseurl }}/x {{ site.title }} {{ site.repo }}",
         "https://blog.example/sub/x A blog me/it"),
        ("{{ site.unset }}{{ page.own.unset }}.", "."),
        ('{{ "/a" | relative_url }} {{ "a" | absolute_url }} {{ "//a.example/" | absolute_url }}',
         "/sub/a https://blog.example/sub/a //a.example/"),
        ('{{ "A b! c" | slugify }} {{ "a b" | cgi_escape }} {{ "a b" | uri_escape }}',
         "a-b-c a+b a%20b"),
        ('{{ "<b>" | xml_escape }} {{ "a b c" | number_of_words }}', "&lt;b&gt; 3"),
        ('{{ page.tags | array_to_sentence_string }} {{ "a,b,c" | split: "," | '
         'array_to_sentence_string: "or" }}', "a and b a, b, or c"),
        ('{{ "/a/index.html" | strip_index }} {{ page.own | jsonify }}', '/a/ {"deep":["x"]}'),
        ('{% assign a = "b" %}{{ a | upcase }}{% capture c %}d{% endcapture %}{{ c }}', "Bd"),
        ('{% for x in page.tags %}[{{ x }}]{% endfor %}', "[a][b]"),
        ("{% for i in (1..3) %}{{ i }}{% endfor %}", "123"),
        ("{% if page.no %}a{% else %}\n{% highlight c %}\nb\n{% endhighlight %}\n{% endif %}",
         "\n```c\nb\n```\n"),
        (f"{{% if page.yes %}}[a]({{% post_url {OTHER} %}}){{% raw %}}{{{{ b }}}}{{% endraw %}}"
         "{% endif %}", f"[a](/sub/{OTHER}/){{{{ b }}}}"),
        (f"{{% capture a %}}{{% post_url {OTHER} %}}{{% endcapture %}}{{{{ a | upcase }}}}",
         f"/SUB/{OTHER.upper()}/"),
        ("{% case page.count %}{% when 2 %}two{% else %}more{% endcase %}", "two"),
        ("a{% comment %}\nb\n{% endcomment %}c", "ac"),
        ("a {%- assign b = 1 -%} c\n", "ac\n"),
        ("{% raw %}{{ x }} {% y %}{% endraw %}", "{{ x }} {% y %}"),
        (f"[a]({{% post_url {OTHER} %}}) [b]({{% link blog/{OTHER}.md %}})",
         f"[a](/sub/{OTHER}/) [b](/sub/{OTHER}/)"),
        (f"{{{{ site.baseurl }}}}{{% post_url {OTHER} %}}", f"/sub/{OTHER}/"),
        ("{% link /assets/a.pdf %}", "/sub/assets/a.pdf"),
        ("{% highlight ruby linenos %}\na <b>\n\n{{ page.title }} {{ x }}\n{% endhighlight %}\nb",
         "```ruby\na <b>\n\nA title {{ x }}\n```\nb"),
        ("* a\n\n  {% highlight c %}\n  ```\n  {% endhighlight %}",
         "* a\n\n  ````c\n  ```\n  ````"),
        ("{% codeblock lang:c %}\na\n{% endcodeblock %}", "```c\na\n```"),
        ("{% highlight js %}a{% endhighlight %} b", "```js\na\n```\n b"),
        ("a {% highlight js %}<b>{% endhighlight %}",
         'a \n<pre><code class="language-js">&lt;b&gt;&#10;</code></pre>'),
        ("`{{ page.title }}`", "`A title`"),  # as in Jekyll
    ],
)  # fmt: skip
def test_liquid_is_evaluated(body: str, expected: str) -> None:
    values = {
        "own": {"deep": ["x"]}, "count": PlainScalar("2"),
        "yes": PlainScalar("true"), "no": PlainScalar("false"),
    }  # fmt: skip
    result = templated(
        "jekyll", body, settings={"repo": "me/it"}, values=values, tags=("a", "b"), title="A title"
    )
    assert result.source.text == expected
    assert set(fates(result)) == {"evaluated"}
    assert not told(result)


FRONT_MATTER = {
    "yaml": '---\nn: &V 1\nver: "1.10"\nnum: 1.10\ntwo: 2.0\nyes: true\nno: "true"\nlike: *V\n'
    "---\n",
    "toml": "+++\nver = '1.10'\nnum = 1.10\ntwo = 2.0\nyes = true\nno = 'true'\nlike = 1\n+++\n",
    "json": '{"ver": "1.10", "num": 1.10, "two": 2.0, "yes": true, "no": "true", "like": 1}\n',
}


@pytest.mark.parametrize("head", FRONT_MATTER.values(), ids=FRONT_MATTER)
def test_quoted_values_stay_text(tmp_path: Path, head: str) -> None:
    readers = RECORDS["hugo"].front_matter_readers
    values = block.read(head.encode(), PurePosixPath("a"), readers).values
    liquid = "{{ page.ver }} {{ page.num }} {{ page.ver | plus: page.like }} {{ page.no | size }}"
    assert templated("jekyll", liquid, values=values).source.text == "1.10 1.1 2.1 4"
    file = tmp_path / "_config.yml"
    file.write_text('ver: "1.10"\nlist: [{num: 1.10}, "2.0"]\n')
    body = "{{ site.ver }} {{ site.list[0].num }} {{ site.list[1] }}"
    found = site_settings.read(file, Reach((tmp_path,), (tmp_path,), ""))
    assert templated("jekyll", body, settings=found).source.text == "1.10 1.1 2.0"
    hugo = "".join(
        f"{{{{< param {key} >}}}} " for key in ("ver", "num", "two", "yes", "no", "like")
    )
    result = templated("hugo", hugo, values=values)
    assert result.source.text == "1.10 1.1 2 true true 1 "  # as Hugo prints them


@pytest.mark.parametrize(
    ("body", "left", "reason"),
    [
        ("a {% include x.html %} b", "a  b", "only the site can render this tag; dropped"),
        ('{% include i.html src="/a.png" alt="A [b]" caption="C" %}',
         '<figure><img src="/a.png" alt="A [b]"><figcaption markdown="1">\n\nC\n\n</figcaption>'
        "</figure>\n",
         "only the site can render this tag; only what it names is kept"),
        ('{% include figure image_path="/a.png" alt="b.png" caption="C" %}',
         '<figure><img src="/a.png" alt="b.png"><figcaption markdown="1">\n\nC\n\n'
         "</figcaption></figure>\n",
         "only the site can render this tag; only what it names is kept"),
        ('a {% include x.html thumb="/b.jpg" src="/c.jpg" alt="D" %}', "a ![D](</c.jpg>)", ""),
        ('{% include icons/pear.svg %}{% img "/c.jpg" thumb="/d.jpg" %}', "![](</c.jpg>)", ""),
        ('{% include x.html title="Same.png" text="Same.png" %}', "Same.png", "it names is kept"),
        ('a {% img /b.jpg %}', "a ![](</b.jpg>)", "only what it names is kept"),
        ("{% twitter https://twitter.com/a/status/1 %}", "<https://twitter.com/a/status/1>", ""),
        ("{% oembed https://a.example/b?c=d %}", "<https://a.example/b?c=d>", "names is kept"),
        ('{% include youtube.html id="abc-1" %}', "<https://www.youtube.com/watch?v=abc-1>", ""),
        ('{% include video id="abc-1" provider="vimeo" %}', "<https://vimeo.com/abc-1>", ""),
        ('{% include x.html url="/a.jpg" description="My cat" %}', "![My cat](</a.jpg>)", ""),
        ('{% image "a.png", "My cat" %}', "![My cat](<a.png>)", ""),
        ('{% include audio.html ogg="/a.ogg" mp3="/a.mp3" title="Song" %}',
         '<audio controls><source src="/a.ogg"><source src="/a.mp3">'
         '<a href="/a.ogg">Song</a></audio>', "names is kept"),
        ('{% video /a.webm poster="/b.png" %}',
         '<video controls poster="/b.png"><source src="/a.webm">'
         '<a href="/a.webm">/a.webm</a></video>', ""),
        ('{% button href="https://a.example/" text="Go" %}', "[Go](<https://a.example/>)", ""),
        ("{% youtube abc-1 %}", "<https://www.youtube.com/watch?v=abc-1>", ""),
        ('{% youtubeEmbed "abc-1" %}', "<https://www.youtube.com/watch?v=abc-1>", ""),
        ('{% person "Ada B", "https://a.example/" %}', "[Ada B](<https://a.example/>)", ""),
        ('{{ "https://a.example/b" | card }}', "https://a.example/b",
         "only the site knows the filter card; the value is kept as it is"),
        ("By {{ page.title | upcase | person_link: 1, b: 2 | downcase }}.", "By a title.",
         "only the site knows the filter person_link"),
        ("{% gist me/123 %}", "<https://gist.github.com/me/123>", ""),
        ("{% note %}\nIn *it*.\n{% endnote %}", "\nIn *it*.\n", "; dropped"),
        ("{% for p in site.pages %}{{ p.title }}{% endfor %}.", ".",
         "the value of site.pages is not"),
        ("{% for p in site.posts %}{{ p.content }}{% endfor %}.", ".",
         "the content of another post is not known here"),
        ("{{ site.posts | jsonify }}.", ".", "a post cannot be written out"),
        ("{{ site.posts.first }}.", ".", "a post cannot be written out"),
        ("{{ site.data.x.y }}.", ".", "value of site.data"),
        ("{{ page.excerpt }}.", ".", "value of page.excerpt"),
        ("{{ gone }}.", ".", "the value of gone is not known here; dropped"),
        ("{% if gone %}a{% else %}b{% endif %}", "ab", "value of gone"),
        ("{% if page.title %}a{% include x.html %}b{% else %}c{% endif %}", "ab",
         "{% include x.html %}: only the site can render this tag"),
        ('{% unless page.gone %}{% img src="/a.png" %}{% endunless %}', "![](</a.png>)",
         "what it names is kept"),
        ("{% capture a %}{% include x %}{% endcapture %}{{ a | upcase }}.", ".",
         "contains a tag that only the site can render"),
        ("{{ 'now' | date: '%Y' }}.", ".", "it needs the current time"),
        ("{{ '10:00' | date: '%Y' }}.", ".", "'10:00' is not a date"),
        ("{{ 'March 14' | date: '%Y' }}.", ".", "'March 14' is not a date"),
        ("{{ 'Friday' | date: '%Y' }}.", ".", "'Friday' is not a date"),
        ("{% for i in (1..3) %}{% assign a = (1..3) | sort %}{% endfor %}.", ".",
         "a range is allowed only in a for loop"),
        ("{% for i in (1..1000) reversed %}x{% endfor %}.", ".",
         "a range is allowed only in a for loop"),
        ("{% if page.title > 1 %}a{% endif %}.", "a.", "be evaluated (a value has the wrong type)"),
        ("{{P, W, [x]}}.", "{{P, W, [x]}}.", "this is not valid Liquid"),
        ("{% if a %}b", "b", "it has no end tag"),
        ("{% for i in (1..100000) %}x{% endfor %}.", ".", "loop iteration limit reached"),
        ("{{ (1..999999999999) | join }}.", ".", "a range is allowed only in a for loop"),
        ("{% raw %}a", "a", ""),
    ],
)  # fmt: skip
def test_tags_that_only_the_site_can_evaluate_are_left_out_with_a_warning(
    body: str, left: str, reason: str
) -> None:
    result = templated("jekyll", body)
    assert result.source.text == left
    ((line, message), *_) = told(result)
    assert line == 5
    assert reason in message


@pytest.mark.parametrize(
    "body",
    ["```\n{{ gone }}\n{% include a %}\n```", "    {{ gone }}", "`{{ gone }}`",
     "~~~\n{% assign a = 1 %}\n~~~", "a\n\n\t{% endraw %}", "``{% if a %}``",
     "* b\n\n  ```\n  {{ gone }}\n  ```"],
)  # fmt: skip
def test_tags_in_code_are_kept_as_written(body: str) -> None:
    result = templated("jekyll", body)
    assert result.source.text == body
    assert set(fates(result)) == {"kept"}
    assert not told(result)


def test_repeated_words_of_a_tag_appear_once_in_html_too() -> None:
    result = templated("jekyll", '{% include box.html title="Same <b>" text="Same <b>" %}', "html")
    assert result.source.text == "Same &lt;b&gt;"


def test_the_setting_templates_keeps_tags_or_turns_them_off() -> None:
    body = "{{ page.title }} {% include a %} [b]({% post_url gone %})"
    kept = templated("jekyll", body, templates="keep")
    assert kept.source.text == "A title {% include a %} [b]({%%20post_url%20gone%20%})"
    assert "kept as written" in told(kept)[0][1]
    assert templated("jekyll", body, templates="off").source.text == body


def test_a_link_to_a_missing_post_is_named_with_its_line() -> None:
    result = templated("jekyll", "a\n\n[b]({% post_url gone %}) {% link _posts/gone.md %}")
    assert result.content.xhtml == "<p>a</p>\n<p>b</p>"
    assert told(result) == [
        (7, 'no post has the file "{% post_url gone %}"; the link to it is removed'),
        (7, "{% link _posts/gone.md %}: no post has this file or name; dropped"),
    ]


def test_each_warning_is_given_once() -> None:
    result = templated("jekyll", "{% for i in (1..9) %}{% include x %}{% endfor %}")
    assert len(told(result)) == 1


def test_warnings_name_lines_of_the_file() -> None:
    body = (
        "{% comment %}\n\n{% endcomment %}\n"
        "{% for i in (1..9) %}\nx\n{% endfor %}\n"
        "<b onclick='a'>b</b>\n{%- assign a = 1 %}\n\n\n<i onclick='a'>i</i>"
    )
    result = templated("jekyll", body)
    assert [line for line, _ in told(result)] == [5 + 6, 5 + 10]
    assert len(result.source.lines) == result.source.text.count("\n") + 1


def test_eleventy_has_the_front_matter_at_the_top() -> None:
    result = templated(
        "eleventy",
        '{{ own }} {{ page.url }} {{ page.fileSlug }} {{ "/a" | url }} {{ collections.x }}',
        values={"own": "x"},
    )
    assert result.source.text == "x /2026-01-02-this/ this /sub/a "


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("{{ title }} {{ own }} {% if own %}a{% endif %}", "A title x a"),
        ("{% raw %}{{ a }}{% endraw %} a {# b\n#} c", "{{ a }} a \n c"),
        ("`{{ own }} {% own %}` {# `a` #}\n\n```\n{{ own }} {# a #}\n```",
         "`{{ own }} {% own %}` \n\n```\n{{ own }} {# a #}\n```"),
        ("{% codeblock A head lang:js %}\nlet a;\n{% endcodeblock %}", "```js\nlet a;\n```"),
    ],
)  # fmt: skip
def test_hexo_has_nunjucks_and_leaves_code_alone(body: str, expected: str) -> None:
    result = templated("hexo", body, values={"own": "x"})
    assert result.source.text == expected
    assert not told(result)


@pytest.mark.parametrize(
    ("cited", "shown"),
    [
        ("Ada Lovelace, On Bees", "<strong>Ada Lovelace</strong> <cite>On Bees</cite>"),
        ("Ada https://x.example/a/", "<strong>Ada</strong> "
         '<cite><a href="https://x.example/a/">x.example/a</a></cite>'),
        ("Ada L https://x.example/ A title", "<strong>Ada L</strong> "
         '<cite><a href="https://x.example/">A title</a></cite>'),
        ("Ada", "<strong>Ada</strong>"),
        ("", ""),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["blockquote", "quote"])
def test_a_quote_of_hexo_names_its_author_and_source(name: str, cited: str, shown: str) -> None:
    result = templated("hexo", f"a\n\n{{% {name} {cited} %}}\nb *c*\n\nd\n{{% end{name} %}}\n\ne")
    footer = f"\n<footer>{shown}</footer>" if shown else ""
    quote = f"<blockquote>\n<p>b <em>c</em></p>\n<p>d</p>{footer}\n</blockquote>"
    assert result.content.xhtml == f"<p>a</p>\n{quote}\n<p>e</p>"
    assert not told(result)


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("{% pullquote right %}\nx\n{% endpullquote %}", "<blockquote>\n<p>x</p>\n</blockquote>"),
        ("```\n{% quote A %}\nx\n{% endquote %}\n```", "{% quote A %}\nx\n{% endquote %}"),
        ("{% quote A %}\nx {% raw %}y{% endraw %}\n{% endquote %}", "x y"),
    ],
)
def test_what_hexo_shows_in_and_around_quotes_stays(body: str, shown: str) -> None:
    assert shown in templated("hexo", body).content.xhtml


@pytest.mark.parametrize(
    ("body", "expected", "message"),
    [
        (
            "{% note %}a{% endnote %}",
            "a",
            "{% note %}: only the site can render this tag; dropped",
        ),
        (
            "{% link A https://a.example/ %}",
            "[A](<https://a.example/>)",
            "only what it names is kept",
        ),
        ("{% post_link missing 'T' %}.", ".", "no post has this file or name; dropped"),
        ("{{ site.title }}.", ".", "the value of site is not known here; dropped"),
    ],
)
def test_what_hexo_s_tags_name_is_kept(body: str, expected: str, message: str) -> None:
    result = templated("hexo", body)
    assert result.source.text == expected
    ((_, text),) = told(result)
    assert message in text


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('{{< figure src="a.png" alt="A" title="T" caption="*B*" attr="C" width="9" >}}',
         '<figure><img src="a.png" alt="A" width="9"><figcaption markdown="1">\n\n**T** *B* C\n\n'
         "</figcaption></figure>\n"),
        ('{{< figure src="a.png" link="https://b.example/" >}}',
         '<figure><a href="https://b.example/"><img src="a.png" alt=""></a></figure>\n'),
        ('a {{< figure "b.png" "c" >}}', "a ![](<b.png>)"),
        ("{{< youtube id=abc >}} {{< vimeo 1 >}}",
         "<https://www.youtube.com/watch?v=abc> <https://vimeo.com/1>"),
        ("{{</* figure src=a */>}} `{{%/* b */%}}`", "{{< figure src=a >}} `{{% b %}}`"),
        ('{{< highlight go "linenos=table" >}}\na <b>\n{{< /highlight >}}', "```go\na <b>\n```"),
        ("{{< ref \"2026-01-01-other.md\" >}} {{< relref path=\"/blog/2026-01-01-other#b\" >}}",
         f"/sub/{OTHER}/ /sub/{OTHER}/#b"),
        ('[a]({{% ref "#b" %}})', "[a](#b)"),
        ("{{< param own >}} {{< param \"Site_own\" >}}", "x y"),
        ("{{< param map.Deep.er >}} {{< param \"site.inner\" >}} {{< param a.b >}}", "z w v"),
        ("{{< details summary=\"S\" >}}\na\n{{< /details >}}",
         "<details><summary>S</summary>\n\na\n\n</details>"),
        ("{{< comment >}}a{{< /comment >}}.", "."),
        ("{{< code file=a.go copy=true >}}\n<b>{{ .c }}\n{{< /code >}}", "```go\n<b>{{ .c }}\n```"),
        ("{{< code-block lang=c >}}\na\n{{< /code-block >}}", "```c\na\n```"),
    ],
)  # fmt: skip
def test_shortcodes_of_hugo_are_evaluated(body: str, expected: str) -> None:
    values: dict[str, Value] = {"own": "x", "map": {"deep": {"er": "z"}}, "a.b": "v"}
    params: dict[str, Value] = {"site_own": "y", "site": {"inner": "w"}, "map": {"deep": "no"}}
    result = templated("hugo", body, values=values, settings={"params": params})
    assert result.source.text == expected
    assert set(fates(result)) == {"evaluated"}
    assert not told(result)


@pytest.mark.parametrize(
    ("engine", "body", "expected"),
    [
        ("hugo", '{{< details summary="S" >}}See {{< ref "blog/2026-01-01-other.md" >}} '
         "{{< youtube abcdefgh >}}{{< /details >}}",
         f"<details><summary>S</summary>\n\nSee /sub/{OTHER}/ "
         "<https://www.youtube.com/watch?v=abcdefgh>\n\n</details>"),
        ("hugo", "{{< details >}}\n{{</* x */>}}\n{{< /details >}}",
         "<details><summary>Details</summary>\n\n{{< x >}}\n\n</details>"),
        ("zola", '{% details(summary="a < b") %}\n{{/* x() */}} {{ vimeo(id="1") }}\n{% end %}',
         "<details><summary>a &lt; b</summary>\n\n{{ x() }} <https://vimeo.com/1>\n\n</details>"),
        ("hugo", "{{< details >}}{{< details >}}a{{< /details >}}{{< /details >}}",
         "<details><summary>Details</summary>\n\n<details><summary>Details</summary>\n\na\n\n"
         "</details>\n\n</details>"),
        ("hugo", "{{< details >}}{{< /details >}}",
         "<details><summary>Details</summary>\n\n</details>"),
        ("hugo", "{{< comment >}}{{< details >}}{{< /comment >}}a", "a"),
        ("nikola", '{{% doc %}}{{% doc %}}other{{% /doc %}} <other>{{% /doc %}}',
         f"[\\[other\\](</sub/{OTHER}/>)](</sub/{OTHER}/>)"),
    ],
)  # fmt: skip
def test_the_content_of_a_pair_is_evaluated(engine: Engine, body: str, expected: str) -> None:
    result = templated(engine, body)
    assert result.source.text == expected
    assert set(fates(result)) == {"evaluated"}
    assert not told(result)


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("text\n\n{%- assign a = 1 -%}\n\n\n<script>x</script>", 5),
        ("{% if page.title -%}\n\n\n<script>x</script>{% endif %}", 3),
        ("{% comment %}\n\n\nx\n{% endcomment %}\n\n<script>x</script>", 6),
        ("{% assign a = 1 %}{% assign b = 2 %}\n<script>x</script>", 1),
    ],
)
def test_a_line_is_where_its_text_was_written(body: str, line: int) -> None:
    """Also if tags above it were removed."""
    ((found, message),) = told(templated("jekyll", body))
    assert "<script> is removed" in message
    assert found == 5 + line


def test_warnings_of_tags_in_a_pair_name_their_line() -> None:
    body = (
        "{{< details >}}\n\na\n{{< own >}}\n<b onclick='a'>b</b>\n\n{{< /details >}}\n{{< own2 >}}"
    )
    result = templated("hugo", body)
    assert [line for line, _ in told(result)] == [5 + 3, 5 + 4, 5 + 7]
    assert fates(result) == ["evaluated", "dropped", "dropped"]
    assert len(result.source.lines) == result.source.text.count("\n") + 1


DETAILS = "<details><summary>Details</summary><p><em>b</em></p></details>"
FIGURE = (
    '<figure><img src="https://blog.example/b.png" alt="*C*"/>'
    "<figcaption><p><em>C</em></p></figcaption></figure>"
)


@pytest.mark.parametrize(
    ("engine", "body", "html"),
    [
        ("hugo", "- a\n\n  {{< details >}}\n  *b*\n  {{< /details >}}\n\n- c",
         f"<ul><li><p>a</p>{DETAILS}</li><li><p>c</p></li></ul>"),
        ("hugo", "1. {{< details >}}*b*{{< /details >}}\n2. c",
         f"<ol><li>{DETAILS}</li><li><p>c</p></li></ol>"),
        ("hugo", "> {{< details >}}\n> *b*\n> {{< /details >}}\n>\n> c",
         f"<blockquote>{DETAILS}<p>c</p></blockquote>"),
        ("hugo", '- a\n\n  {{< figure src="/b.png" caption="*C*" >}}\n- d',
         f"<ul><li><p>a</p>{FIGURE}</li><li><p>d</p></li></ul>"),
        ("hugo", '> {{< figure src="/b.png" caption="*C*" >}}\n> d',
         f"<blockquote>{FIGURE}<p>d</p></blockquote>"),
        ("jekyll", '- a\n\n  {% include i.html src="/b.png" caption="*C*" %}\n- d',
         f"<ul><li><p>a</p>{FIGURE}</li><li><p>d</p></li></ul>"),
    ],
)  # fmt: skip
def test_the_value_of_a_tag_stays_in_its_list_item_or_quote(
    engine: Engine, body: str, html: str
) -> None:
    assert templated(engine, body).content.xhtml.replace("\n", "") == html


@pytest.mark.parametrize(
    ("body", "left"),
    [
        ("{{% notice tip %}}\nIn *it*.\n{{% /notice %}}", "\nIn *it*.\n"),
        ('{{< img src="a.jpg" >}}', "![](<a.jpg>)"),
        ("{{< unheard-of >}}a{{< b />}}", "a"),
        ("{{< param gone >}}", ""),
        ("{{< note It's >}}a", "a"),
        ('{{< ref "gone.md" >}}', ""),
    ],
)
def test_a_site_s_own_shortcodes_leave_what_they_name(body: str, left: str) -> None:
    result = templated("hugo", body)
    assert result.source.text == left
    assert told(result)[0][0] == 5


@pytest.mark.parametrize("engine", ["hugo", "jekyll"])
def test_code_in_an_item_does_not_split_the_list(engine: Engine) -> None:
    tags = {
        "hugo": "{{< highlight bash >}}ls{{< /highlight >}}",
        "jekyll": "{% highlight bash %}ls{% endhighlight %}",
    }
    result = templated(engine, f"- {tags[engine]}\n- b")
    assert result.content.xhtml.count("<ul>") == result.content.xhtml.count("<code") == 1
    assert result.content.xhtml.count("<li>") == 2


@pytest.mark.parametrize(
    ("engine", "body"),
    [
        ("hugo", "```md\n{{< youtube abc >}} {{% notice %}}x{{% /notice %}}\n```"),
        ("hugo", 'Write `{{< figure src="a.png" >}}`.'),
        ("zola", "```\n{{ youtube(id=1) }}\n{% quote() %}\nx\n{% end %}\n```"),
    ],
)
def test_a_shortcode_in_code_is_kept_as_written(engine: Engine, body: str) -> None:
    result = templated(engine, body)
    assert result.content.text == body
    assert told(result) == []


def test_go_templates_are_not_shortcodes() -> None:
    body = "{{ .Title }} {{closure}} {{- x -}} `{{< a >}}`\n\n    {{< b >}}"
    result = templated("hugo", body)
    assert result.source.text == body
    assert not told(result)


@pytest.mark.parametrize(
    ("body", "expected", "fate"),
    [
        ('{{ youtube(id="abc") }}', "<https://www.youtube.com/watch?v=abc>", {"evaluated"}),
        ('{{ image(src="a.png", alt="A") }}', "![A](<a.png>)", {"kept"}),
        ('{% quote(author="B") %}\nIn *it*.\n{% end %}', "\nIn *it*.\n", {"dropped"}),
        ('{{/* a(b="c") */}} {%/* d() */%}', '{{ a(b="c") }} {% d() %}', {"evaluated"}),
        ("{{closure}} {{ x }} {% if a %} `{{ b() }}`", None, {"kept"}),
    ],
)
def test_zola_s_shortcodes_are_functions(body: str, expected: str | None, fate: set[str]) -> None:
    result = templated("zola", body)
    assert result.source.text == (body if expected is None else expected)
    assert set(fates(result)) == fate


@pytest.mark.parametrize(
    ("body", "expected", "markup"),
    [
        ("{{% raw %}}{{% a %}}{{% /raw %}}", "{{% a %}}", "markdown"),
        ("{{% doc %}}A <other>{{% /doc %}}", f"[A](</sub/{OTHER}/>)", "markdown"),
        ("{{% doc %}}other{{% /doc %}}", f"`other </sub/{OTHER}/>`__", "rest"),
        ('{{% thumbnail "/a.png" alt="A" %}}{{% /thumbnail %}}', "`A </a.png>`__", "rest"),
        ("{{% media url=https://a.example/b %}}", "<https://a.example/b>", "markdown"),
        ("{{% gist 12 %}}", "<https://gist.github.com/12>", "markdown"),
        ("{{% gist 12 %}}", '<a href="https://gist.github.com/12">https://gist.github.com/12</a>',
         "html"),
    ],
)  # fmt: skip
def test_shortcodes_of_nikola_are_evaluated(body: str, expected: str, markup: Markup) -> None:
    assert templated("nikola", body, markup).source.text == expected


def test_pelican_and_plain_posts_have_no_tags() -> None:
    body = "{{ page.title }} {% raw %} {{< figure src=a >}} {{% b %}}"
    engines: list[Engine] = ["pelican", "plain"]
    assert all(templated(engine, body).source.text == body for engine in engines)


def test_our_own_marks_in_a_post_do_no_harm() -> None:
    body = "{% if page.a %}\x0f0:9:link\x0f{% include x %}{{ page.a }}\x0f{% endif %}"
    result = templated("jekyll", body, values={"a": "\x0f0:9:link\x0f"})
    assert result.source.text == "0:9:link0:9:link"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('{{ "a%0fb" | url_decode }}', "ab"),
        ('{{ "%0f0000000000%0f" | url_decode }} hello', "0000000000 hello"),
        ('{{ "DzAwMDAwMDAwMDAP" | base64_decode }}', "0000000000"),
        ('{{ "%0f0:34:%0f" | url_decode }} hello', "0:34: hello"),
        ('{% if true %}{{ "%0f0000000000%0f" | url_decode }}{% include x %}{% endif %}',
         "0000000000"),
        ('{% if true %}{% capture c %}{% img /a.png %}{% endcapture %}{{ c }}{% endif %}{{ c }}',
         "![](</a.png>)![](</a.png>)"),
        ('{% if true %}{% capture c %}{% img /a.png %}{% endcapture %}{{ c | upcase }}{% endif %}.',
         "."),
        ("{% if true %}{% capture x %}{% highlight c %}{{ x }}{% endhighlight %}{% endcapture %}"
         "{{ x }}{% endif %}.", "```c\n\n```\n."),
    ],
)  # fmt: skip
def test_no_text_of_a_post_is_taken_for_a_mark(body: str, expected: str) -> None:
    assert templated("jekyll", body).source.text == expected


def test_no_template_reads_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("TOLD")
    for tag in ("include", "include_relative", "render", "include_cached", "layout"):
        for name in (f"'{secret}'", str(secret), "secret"):
            assert "TOLD" not in templated("jekyll", f"{{% {tag} {name} %}}").content.xhtml


@pytest.mark.parametrize(
    "body",
    [
        "{% for a in (1..1000) %}{% for b in (1..1000) %}x{% endfor %}{% endfor %}",
        '{% assign a = "x" %}{% for i in (1..900) %}{% assign a = a | append: a %}{% endfor %}',
        '{% assign a = "xx" %}{% for i in (1..14) %}{% assign a = a | append: a %}{% endfor %}'
        '{{ a | replace: "x", a | replace: "x", a }}',
        '{% assign a = "xx" %}{% for i in (1..14) %}{% assign a = a | append: a %}{% endfor %}'
        '{{ a | split: "" | join: a }}',
        "{% assign a = 9 %}{% for i in (1..900) %}{% assign a = a | times: a %}{% endfor %}{{ a }}",
        "{% tablerow a in (1..1000000) %}{% endtablerow %}",
        "{{ 'a' " + "| base64_encode " * 100 + "}}",
        "{{ '\"' " + "| jsonify " * 100 + "}}",
        '{% capture a %}{{ "x" | split: "" }}' + "x" * 900 + "{% endcapture %}"
        '{% capture b %}{% for i in (1..1000) %}{{ a | replace: "x", a }}{% endfor %}'
        "{% endcapture %}",
    ],
    ids=str.__len__,
)
def test_no_template_runs_without_limit(body: str) -> None:
    assert len(templated("jekyll", body).source.text) <= 1_000_000


@pytest.mark.parametrize(
    "body",
    [
        "{% capture a %}{{ a }}{{ a }}x{% endcapture %}" * 40 + "{{ a | size }}",
        "{% assign a = 'xx' %}" + "{% assign a = a | append: a %}" * 61 + "{{ a | size }}",
    ],
)
def test_a_value_over_the_limit_is_not_used_again(body: str) -> None:
    """The values would have 2 ** 40 characters or more."""
    result = templated("jekyll", f"{body} Words")
    assert result.content.text.endswith("Words")
    assert "local namespace limit reached" in told(result)[0][1]


VIDEO = (
    '<a href="https://www.youtube.com/watch?v=abcdefghijk">'
    "https://www.youtube.com/watch?v=abcdefghijk</a>"
)


@pytest.mark.parametrize(
    ("engine", "body", "html"),
    [
        ("jekyll",
         '<div>\n{% include image.html src="/a.png" alt="A" %}\n{% youtube abc %}\n</div>',
         '<div>\n<img src="https://blog.example/a.png" alt="A"/>\n<a href="https://www.youtube.com/'
         'watch?v=abc">https://www.youtube.com/watch?v=abc</a>\n</div>'),
        ("hugo", '<div>{{< img src="/b.png" alt="A" >}}</div>\n\n*Rest*',
         '<div><img src="https://blog.example/b.png" alt="A"/></div>\n<p><em>Rest</em></p>'),
        ("jekyll", "<details><summary>S</summary>\n{% highlight ruby %}\nx *y*\n\nz < 1\n"
         "{% endhighlight %}\n</details>\n\n*Rest*",
         '<details><summary>S</summary>\n<pre><code class="language-ruby">x *y*\n\nz &lt; 1\n'
         "</code></pre>\n</details>\n<p><em>Rest</em></p>"),
        ("hugo", "<div>\n{{< highlight go >}}\na\n\n# b\n{{< /highlight >}}\n</div>\n\n*Rest*",
         '<div>\n<pre><code class="language-go">a\n\n# b\n</code></pre>\n</div>\n'
         "<p><em>Rest</em></p>"),
        ("jekyll", "<div>\n\n{% highlight go %}\na\n{% endhighlight %}\n\n</div>",
         '<div>\n\n<pre><code class="language-go">a\n</code></pre>\n\n</div>'),
        ("jekyll", "<div>\n\n{% youtube abcdefghijk %}\n\n</div>\n\n{% youtube abcdefghijk %}",
         f"<div>\n\n{VIDEO}\n\n</div>\n<p>{VIDEO}</p>"),
        ("jekyll", '<div markdown="1">\n\n{% highlight go %}\na\n{% endhighlight %}\n</div>',
         '<div>\n<pre><code class="language-go">a\n</code></pre>\n</div>'),
        ("eleventy", "<div>\n\n{% youtube abcdefghijk %}\n\n</div>",
         f"<div>\n<p>{VIDEO}</p>\n</div>"),
    ],
)  # fmt: skip
def test_tags_within_html_become_html(engine: Engine, body: str, html: str) -> None:
    result = templated(engine, body)
    assert result.content.xhtml == html
    assert not any("is removed" in message for _, message in told(result))


@pytest.mark.parametrize(
    ("body", "left", "kept"),
    [
        ("{% if gone %}a{% else %}b{% endif %}", "ab", True),
        ("{% unless gone %}a{% elsif x %}b{% endunless %}", "ab", True),
        ("{% case gone %}{% when 1 %}a{% when 2 %}b{% endcase %}", "ab", True),
        ("{% if gone %}a{% endif %}", "a", False),
    ],
)
def test_the_warning_of_a_condition_says_that_all_its_branches_are_kept(
    body: str, left: str, kept: bool
) -> None:
    result = templated("jekyll", body)
    assert result.source.text == left
    ((_, message), *_) = told(result)
    said = "the value of gone is not known here, so the text of all its branches is kept; dropped"
    assert message.endswith(said) == kept


def test_posts_of_jekyll_are_rendered_for_production() -> None:
    condition = '{% if jekyll.environment == "production" %}a{% else %}b{% endif %}'
    result = templated("jekyll", f"{{{{ jekyll.environment }}}} {condition}")
    assert (result.source.text, told(result)) == ("production a", [])
    ((_, message),) = told(templated("jekyll", "{{ jekyll.version }}"))
    assert "jekyll.version is not known here" in message


SAMPLE = '<pre><code class="language-ruby">x *y*\n\nz &lt; 1\n</code></pre>'


@pytest.mark.parametrize(
    ("before", "after", "html"),
    [
        ("A *text* ", " and *more*.",
         f"<p>A <em>text</em></p>\n{SAMPLE}\n<p>and <em>more</em>.</p>"),
        ("* a\n* b ", " c\n* d\n",
         f"<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n{SAMPLE}\n<p>c</p>\n<ul>\n<li>d</li>\n</ul>"),
        ("> a ", " b", f"<blockquote>\n<p>a</p>\n</blockquote>\n{SAMPLE}\n<p>b</p>"),
        ("# A ", "", f'<h1 id="2026-01-02-this-a">A</h1>\n{SAMPLE}'),
        ("<div>a ", " b</div>", f"<div>a {SAMPLE}\n b</div>"),
    ],
)  # fmt: skip
def test_a_code_sample_of_jekyll_ends_the_paragraph_in_which_it_begins(
    before: str, after: str, html: str
) -> None:
    sample = "{% highlight ruby linenos %}\nx *y*\n\nz < 1\n{% endhighlight %}"
    assert templated("jekyll", before + sample + after).content.xhtml == html


def test_the_output_of_all_tags_of_a_post_is_limited() -> None:
    result = templated(
        "jekyll", "{% capture a %}" + "x" * 40_000 + "{% endcapture %}" + "{{ a }}" * 2000
    )
    assert len(result.source.text) <= 500_000
    assert "produce more than 500000 characters" in told(result)[0][1]


@pytest.mark.parametrize(
    ("written", "form", "expected"),
    [
        ("0", "%Y-%m-%d %H:%M", "1970-01-01 01:00"),  # in the site's zone, as in Jekyll
        ("86400", "%s", "86400"),
        ("'2026-01-02 10:00 EST'", "%H:%M %z", "10:00 -0500"),
        ("'2026-01-02'", "%s", "1767308400"),
        ("'March 14, 2026'", "%Y-%m-%d", "2026-03-14"),
    ],
)
def test_no_date_depends_on_the_machine(
    monkeypatch: pytest.MonkeyPatch, written: str, form: str, expected: str
) -> None:
    for zone in ("UTC", "America/New_York", "Asia/Tokyo"):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        result = templated("jekyll", f"{{{{ {written} | date: '{form}' }}}}")
        assert result.source.text == expected
    monkeypatch.undo()
    time.tzset()


def test_the_fingerprint_covers_values_that_tags_name() -> None:
    def fingerprint(body: str, **values: str) -> str:
        return templated("jekyll", body, values=values).fingerprint

    assert fingerprint("{{ page.own }}", own="a") != fingerprint("{{ page.own }}", own="b")
    assert fingerprint("{{ page.own }}", other="a") == fingerprint("{{ page.own }}", other="b")
    assert fingerprint("own", own="a") == fingerprint("own", own="b")
    off = [
        templated("jekyll", "{{ page.own }}", values={"own": own}, templates="off").fingerprint
        for own in "ab"
    ]
    assert off[0] == off[1]


@pytest.mark.parametrize(
    ("engine", "body"),
    [
        ("jekyll", "Version {{ site.version }}"),
        ("eleventy", '{% if site["version"] %}a{% endif %}'),
        ("jekyll", "{{ page.list | where_exp: 'i', 'i == site.version' }}"),
        ("jekyll", "{% assign a = 'version' %}{{ site[a] }}"),
        ("jekyll", "{% raw %}a{% endraw %}{% comment %}{{ site.version }}"),
        ("jekyll", "{% assign s = site %}{{ s.version }}"),
        ("hugo", "{{< param version >}}"),
        ("hugo", '{{% param "Version" %}}'),
        ("zola", '{{ param("version") }}'),
    ],
)
def test_the_fingerprint_covers_settings_that_tags_use(engine: Engine, body: str) -> None:
    def fingerprint(version: str, **more: Any) -> str:
        own: dict[str, Any] = {"version": version}
        names = {"hugo": "params", "zola": "extra", "eleventy": "site"}
        settings = {names[engine]: own} if engine in names else own
        return templated(engine, body, settings=settings, **more).fingerprint

    assert fingerprint("1") != fingerprint("2")
    assert fingerprint("1", templates="off") == fingerprint("2", templates="off")


@pytest.mark.parametrize(
    ("engine", "body", "values"),
    [
        (
            "jekyll",
            "{{ page.version }} version {{ site.url }}{{ site.baseurl }} {{ site.other }}",
            {},
        ),
        ("jekyll", "{% include a.html text='of the site: version' %} site.version", {}),
        ("hugo", "{{< param version >}}", {"version": "3"}),
        ("hugo", "{{< other version >}} {{ site.version }} {{</* param version */>}}", {}),
        ("jekyll", "{% raw %}{{ site.version }}{% endraw %}{% comment %}{% raw %}"
         "{{ site.version }}{% endcomment %}", {}),
    ],
)  # fmt: skip
def test_the_fingerprint_covers_no_other_settings(
    engine: Engine, body: str, values: dict[str, str]
) -> None:
    settings: list[dict[str, Any]] = [{}]
    for version in "12":
        own = {"version": version, "url": version, "baseurl": version}
        settings.append({**own, "params": own})
    result = {templated(engine, body, values=values, settings=one).fingerprint for one in settings}
    assert len(result) == 1


def test_the_fingerprint_of_a_post_without_settings_never_changed() -> None:
    """Otherwise an upgrade would announce all posts again."""
    result = templated("jekyll", "{{ page.own }} {{ site.url }}", values={"own": "a"})
    assert result.fingerprint[:16] == "44eb7bb4005fdc72"


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("a `b` c", ["`b`"]),
        ("a ``b ` c`` d", ["``b ` c``"]),
        ("```\na\n```\nb", ["```\na\n```"]),
        ("~~~\n```\n~~~\nb `c`", ["~~~\n```\n~~~", "`c`"]),
        ("```a``` b", ["```a```"]),
        ("* ```\n  a\n  ```\nb", ["* ```\n  a\n  ```"]),
        ("    a\nb", ["    a"]),
        ("a\n    b", []),
        ("a\n\n\tb\n\tc", ["\tb", "\tc"]),
        ("```\na", ["```\na"]),
        ("a ``b` `c` d", ["` `"]),
        ("`a`b``c``d`", ["`a`", "``c``"]),
        ("- a\n\n    b", []),
        ("- a\n\n      b\n\nc\n\n    d", ["      b", "    d"]),
        ("- a\nb\n\n    c", []),
        ("- a\n\n\n    b", []),
        ("- a\n# b\n\n    c", ["    c"]),
        ("- a\n- b\n\n  c\n\n    d", []),
        ("1. a\n    - b\n\n        c\n\n            d", ["            d"]),
        ("* - a\n\n      b", []),
        ("10.\ta\n\n\tb\n\n\t\tc", ["\t\tc"]),
        ("a\n: b\n\n    c", []),
        ("[^a]: b\n\n    c\n\n        d", ["        d"]),
        ("* * *\n\n    a", ["    a"]),
        ("a\n\n    - b\n\n    c", ["    - b", "    c"]),
        ("- a\n\n  ```\n- b\n  ```\n\n    c", ["  ```\n- b\n  ```"]),
    ],
)
def test_code_is_found_where_the_parsers_find_it(text: str, codes: list[str]) -> None:
    assert [text[start:end] for start, end in markdown_code.spans(text)] == codes


def test_a_tag_in_a_paragraph_of_an_item_is_not_in_code() -> None:
    result = templated("jekyll", "- a\n\n    b {% own %}c\n\n          {% own %}\n").source
    assert result.text.rstrip() == "- a\n\n    b c\n\n          {% own %}"
