"""What `publisher hook print` prints, and what `publisher hook check` refuses."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import yaml

from publisher import load_config, pelican_plugin
from publisher.app import hooks
from publisher.app.hooks import Wishes, quoting
from publisher.errors import ConfigError
from tests.support.blog import SECONDS, Blog

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

PROGRAM = ["/opt/publisher/bin/publisher"]
ODD = """it's "$HOME" \\n #1 50% `x`"""
WISHES = (Wishes(), Wishes(publish=True), Wishes(strict=True))


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    return Blog(tmp_path / "a blog")


def printed(blog: Blog, name: str, *arguments: str) -> str:
    run = blog.run("hook", "print", name, *arguments)
    assert run.code == 0, run.err
    return run.out


@pytest.mark.parametrize("wishes", WISHES, ids=["build", "publish", "strict"])
@pytest.mark.parametrize("name", hooks.names())
def test_a_hook_has_no_placeholders_left(name: str, wishes: Wishes) -> None:
    text = hooks.printed(name, hooks.no_facts(PROGRAM), wishes)
    assert not re.search(r"@[A-Z_]+@", text)
    assert "Fill in: the paths below are examples." in text
    assert not [line for line in text.splitlines() if line != line.rstrip() or len(line) > 130]


@pytest.mark.parametrize("name", hooks.names())
def test_a_hook_says_in_its_first_comment_what_it_does(name: str) -> None:
    assert re.fullmatch(r"[A-Za-z][\w .-]+: [^:]*\S.*\.", hooks.summary(name).replace("`", ""))


def test_hooks_are_listed_without_a_configuration(blog: Blog, tmp_path: Path) -> None:
    run = blog.run("hook", "list", folder=tmp_path)
    assert (run.code, len(run.out.splitlines())) == (0, len(hooks.names()))
    assert "jekyll           Jekyll plugin: " in run.out


def test_a_group_prints_all_its_files(blog: Blog) -> None:
    text = printed(blog, "systemd")
    assert [text.count(section) for section in ("[Service]", "[Path]", "[Timer]")] == [2, 1, 1]


def test_an_unknown_name_is_an_error_that_names_the_nearest(blog: Blog) -> None:
    run = blog.run("hook", "print", "jekyl")
    assert (run.code, "did you mean 'jekyll'?" in run.err) == (2, True)


def test_without_a_configuration_the_paths_are_those_of_an_example(tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    run = Blog(tmp_path / "blog").run("hook", "print", "cron", folder=folder)
    assert (run.code, "the paths are examples" in run.err) == (0, True)
    assert run.out.endswith("publish --config /srv/blog/publisher.yaml\n")


def test_a_broken_configuration_is_an_error(blog: Blog) -> None:
    (blog.folder / "publisher.yaml").write_text("nonsense: true")
    assert blog.run("hook", "print", "jekyll").code == 2


def test_the_value_of_a_secret_is_nowhere(blog: Blog) -> None:
    text = (blog.folder / "publisher.yaml").read_text()
    xmpp = "xmpp: {jid: a@b.example, password_env: S_P, nodes: [{service: b.example, node: n}]}\n"
    (blog.folder / "publisher.yaml").write_text(text + xmpp)
    for name in hooks.names():
        run = blog.run("hook", "print", name, "--publish", environment={"S_P": "vErY-sEcReT"})
        assert (run.code, "vErY-sEcReT" in run.out + run.err) == (0, False)
    assert "S_P: ${{ secrets.S_P }}" in printed(blog, "github")
    assert "from_secret: s_p" in printed(blog, "woodpecker")
    assert "EnvironmentFile=" in printed(blog, "systemd-service")
    assert "cron has no S_P" in printed(blog, "cron")


@pytest.mark.parametrize("below", [True, False], ids=["in the repository", "elsewhere"])
def test_a_configuration_in_the_repository_is_named_from_the_site(
    blog: Blog, tmp_path: Path, *, below: bool
) -> None:
    (tmp_path / ".git").mkdir()
    (blog.folder / "site").mkdir()
    config = blog.folder / "publisher.yaml"
    text = config.read_text().replace("path: posts,", "path: posts, site: site,")
    if not below:
        config = tmp_path.parent / f"{tmp_path.name}.yaml"
        text = text.replace("path: posts, site: site", f"path: {blog.posts}, site: {blog.folder}")
    config.write_text(text)
    script = printed(blog, "hugo", "--config", str(config))
    named = "../publisher.yaml" if below else shlex.quote(str(config))
    assert f"publisher build --config {named} <" in script
    job = printed(blog, "github", "--config", str(config))
    named = "'a blog/publisher.yaml'" if below else config.name
    assert f"publisher publish --config {named}\n" in job
    assert ("Fill in: put publisher.yaml into the repository" in job) != below


QUOTED: Mapping[str, tuple[Callable[[str], str], Callable[[str], str]]] = {
    "shell": (quoting.shell, lambda text: shlex.split(text)[0]),
    "python": (quoting.python, lambda text: str(yaml.safe_load(text))),
    "yaml": (quoting.yaml, lambda text: str(yaml.safe_load(text))),
}


@pytest.mark.parametrize("name", QUOTED)
def test_any_path_keeps_its_characters(name: str) -> None:
    quote, read = QUOTED[name]
    for text in (ODD, "plain/path.yaml", "ä b"):
        assert read(quote(text)) == text


def test_a_crontab_escapes_what_cron_would_end_the_line_at() -> None:
    assert quoting.cron("date +%F") == "date +\\%F"


def test_a_unit_escapes_specifiers_and_variables() -> None:
    assert quoting.unit("/a b/50%") == '"/a b/50%%"'
    assert quoting.command("/a$b") == '"/a$$b"'
    assert quoting.command("/a/b") == "/a/b"


def test_ruby_does_not_evaluate_a_path() -> None:
    assert quoting.ruby('#{x} "y"') == '"\\#{x} \\"y\\""'


def test_a_makefile_does_not_expand_a_path() -> None:
    assert quoting.make("a$b #c") == "a$$b \\#c"


def test_a_path_with_a_line_end_is_refused(blog: Blog) -> None:
    config = load_config(blog.folder / "publisher.yaml")
    with pytest.raises(ConfigError, match="control characters"):
        hooks.facts_of(config, ["/opt/a\nb/publisher"])


@pytest.mark.parametrize("branch", ["a b", "a\nb", "a`b", "a$b", '"', "*", ""])
def test_a_branch_that_means_more_is_refused(branch: str) -> None:
    with pytest.raises(ConfigError, match="cannot name the branch"):
        Wishes(branch=branch)


# Build scripts, with a generator that only says how it was called

SCRIPTS: Mapping[str, list[tuple[str, ...]]] = {
    "hugo": [("server",), ("-w",), ("--watch", "--minify"), ("--environment", "development"),
             ("-e", "development"), ("--environment=development",)],
    "eleventy": [("--serve",), ("--watch",)],
    "hexo": [("server",), ("s",), ("generate", "--watch")],
    "zola": [("serve",)],
}  # fmt: skip
VARIABLES = {"hugo": "HUGO_ENVIRONMENT", "eleventy": "NODE_ENV", "hexo": "NODE_ENV"}
DEFAULTS = {"hexo": "generate", "zola": "build"}


def script(blog: Blog, name: str, *options: str) -> Callable[..., tuple[int, str]]:
    """The printed script, to run with arguments; a stand-in is where the generator would be."""
    bin_ = blog.folder / "bin"
    bin_.mkdir()
    generator = f'#!/bin/sh\necho "{name} called with <$*>"\nexit ${{FAILS-0}}\n'
    publisher = f'#!/bin/sh\necho "publisher runs"\nexec {sys.executable} -m publisher "$@"\n'
    for program, text in ((name, generator), ("publisher", publisher)):
        (bin_ / program).write_text(text)
        (bin_ / program).chmod(0o755)
    (blog.folder / "build.sh").write_text(printed(blog, name, *options))

    def run(*arguments: str, **environment: str) -> tuple[int, str]:
        done = subprocess.run(
            ["sh", str(blog.folder / "build.sh"), *arguments],
            cwd="/", env={**os.environ, "PATH": f"{bin_}:/usr/bin:/bin", **environment},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            check=False, timeout=SECONDS,
        )  # fmt: skip
        return done.returncode, done.stdout

    return run


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_runs_publisher_after_the_generator(blog: Blog, name: str) -> None:
    run = script(blog, name)
    code, said = run()
    assert code == 0
    assert said.startswith(f"{name} called with <{DEFAULTS.get(name, '')}>\npublisher runs\n")
    assert (blog.folder / "feed.atom").exists()
    assert f"{name} called with <one two words>" in run("one", "two words")[1]


@pytest.mark.parametrize(
    ("name", "arguments"), [(name, words) for name, every in SCRIPTS.items() for words in every]
)
def test_a_script_does_not_run_publisher_in_development(
    blog: Blog, name: str, arguments: tuple[str, ...]
) -> None:
    code, said = script(blog, name)(*arguments)
    assert (code, said.splitlines()[1]) == (0, "publisher: not run in development")
    assert not (blog.folder / "feed.atom").exists()


@pytest.mark.parametrize("name", VARIABLES)
def test_a_script_asks_the_environment_for_development(blog: Blog, name: str) -> None:
    run = script(blog, name)
    assert "publisher runs" not in run(**{VARIABLES[name]: "development"})[1]
    assert "publisher runs" in run(**{VARIABLES[name]: "production"})[1]


@pytest.mark.parametrize("strict", [True, False], ids=["strict", "not"])
@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_ends_as_it_was_asked_to(blog: Blog, name: str, *, strict: bool) -> None:
    run = script(blog, name, *(["--strict"] if strict else []))
    code, said = run(FAILS="9")
    assert (code, "publisher runs" in said) == (9, False), "the site is not built"
    (blog.folder / "publisher.yaml").write_text("nonsense: true")
    code, said = run()
    assert code == (2 if strict else 0)
    assert "publisher: exit code 2; the site itself is built" in said


# Pelican


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("pelican content -s publishconf.py", ""),
        ("pelican --autoreload", "--autoreload"),
        ("pelican -lr content", "-lr"),
        ("pelican -l -p 8000", "-l"),
        ("pelican --relative-urls -o /srv/l -e X=r", ""),
    ],
)
def test_pelicans_arguments_tell_whether_it_is_in_development(words: str, reason: str) -> None:
    assert pelican_plugin.development({"SITEURL": "https://b.example"}, words.split()) == reason


def test_pelican_without_the_url_of_the_site_is_in_development() -> None:
    assert pelican_plugin.development({"SITEURL": ""}, ["pelican"]) == "SITEURL is empty"


# The check of CI jobs


def configured(blog: Blog, *nodes: str, account: str = "password_env: PASSWORD") -> None:
    lines = "".join(f"    - {{service: b.example, {node}}}\n" for node in nodes)
    text = (blog.folder / "publisher.yaml").read_text()
    xmpp = f"xmpp:\n  jid: a@b.example\n  {account}\n  nodes:\n{lines}"
    (blog.folder / "publisher.yaml").write_text(text + xmpp)


def test_a_job_needs_nodes_that_are_pruned_by_their_ids(blog: Blog) -> None:
    configured(blog, "node: one", "node: two, prune: site", "node: three, exclusive: true",
               "node: four, prune: own")  # fmt: skip
    run = blog.run("hook", "check")
    assert run.code == 2
    title, *problems = run.err.splitlines()
    assert title.endswith("publisher.yaml does not suit a job without files of earlier runs")
    lines = (blog.folder / "publisher.yaml").read_text().splitlines()
    for problem, name in zip(problems, ("one", "four"), strict=True):
        found = re.match(r"  - line (\d+): xmpp\.nodes\[\d\] \((\w+) at b\.example\)", problem)
        assert found
        assert found[2] == name
        assert f"node: {name}" in lines[int(found[1]) - 1]
        assert "lacks `prune: site`" in problem


def test_a_job_does_not_read_its_password_from_the_repository(blog: Blog) -> None:
    configured(blog, "node: one, prune: site", account="password_file: password")
    run = blog.run("hook", "check")
    assert (run.code, "write password_env, and give the job a secret" in run.err) == (2, True)


def test_a_job_without_nodes_would_publish_nothing(blog: Blog) -> None:
    run = blog.run("hook", "check")
    assert (run.code, "no xmpp section" in run.err) == (2, True)


def test_a_configuration_that_suits_a_job_is_accepted_without_a_word(blog: Blog) -> None:
    configured(blog, "node: one, prune: site")
    run = blog.run("hook", "check")
    assert (run.code, run.out, run.err) == (0, "", "")


@pytest.mark.parametrize("name", ["github", "gitlab", "forgejo", "woodpecker"])
def test_who_prints_a_job_is_told_at_once_what_it_would_refuse(blog: Blog, name: str) -> None:
    configured(blog, "node: one")
    run = blog.run("hook", "print", name)
    assert (run.code, "lacks `prune: site`" in run.err) == (0, True)
    assert "lacks" not in blog.run("hook", "print", "cron").err


@pytest.mark.parametrize(
    ("name", "place", "said"),
    [
        ("github", "--index-url=http://127.0.0.1", "is no place from which pip can install"),
        ("github", "a\nb", "is no place from which pip can install"),
        ("cron", "./publisher.whl", "--install is for jobs of CI"),
    ],
)
def test_only_a_job_installs_publisher_and_only_from_a_place(
    blog: Blog, name: str, place: str, said: str
) -> None:
    run = blog.run("hook", "print", name, f"--install={place}")
    assert (run.code, said in run.err) == (2, True), run.err
