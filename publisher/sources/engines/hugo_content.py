"""Which files of Hugo are posts, by the settings and the pages of sections; and their cascades."""

from __future__ import annotations

from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from publisher.config.find import is_read_beside
from publisher.post import Diagnostic
from publisher.sources import site_settings
from publisher.sources.engines import hugo_settings, hugo_urls, markups
from publisher.sources.engines.detected import texts_in
from publisher.sources.engines.engine import PostReader
from publisher.sources.engines.for_path import for_path
from publisher.sources.engines.markups import MARKUPS
from publisher.sources.engines.unread import changes
from publisher.sources.front_matter import source_text
from publisher.sources.front_matter.typed_values import language_tag
from publisher.text import setting_lines
from publisher.text.counts import number_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from publisher.post import BodySyntax, Status
    from publisher.sources.engines.engine import EngineRecord
    from publisher.sources.engines.hugo_settings import ContentFolder
    from publisher.sources.engines.unread import SettingsFile, Unread
    from publisher.sources.front_matter.block import PostFile
    from publisher.sources.front_matter.source_text import SourceText
    from publisher.sources.front_matter.typed_values import Place
    from publisher.sources.post_files import PostFiles
    from publisher.text.setting_lines import Keys
    from publisher.text.yaml_document import Value

_FENCES = frozenset({"---", "+++"})
# Folders of a site whose files are never pages, unless the settings say that they have content.
_OTHERS = frozenset({
    "archetypes", "assets", "data", "i18n", "layouts", "public", "resources", "static", "themes",
})  # fmt: skip


class _Cascade(Struct, frozen=True):
    """Values that posts get from the page of a section, or from the settings (no `folder`).

    `keys` are those of the cascade there. `has_target`: it is not for every post.
    """

    own: Mapping[str, Value]
    has_target: bool
    folder: PurePosixPath | None
    keys: Keys

    @property
    def values(self) -> dict[str, Value]:
        return {**site_settings.section(self.own, "params"), **self.own}

    def keys_of(self, key: str) -> Keys:
        return (*self.keys, key) if key in self.own else (*self.keys, "params", key)


class HugoContent(PostReader):
    """The part of the reader that knows the folders."""

    def __init__(self, folder: PostFiles, record: EngineRecord) -> None:
        super().__init__(folder, record)
        self.content = site_settings.text(self.settings, "contentdir") or "content"
        self.location = folder.below(self.content)
        self._below_site = folder.below(".")
        self._bundles = folder.paths.folders("bundles", _bundles)
        self._sections: dict[tuple[PurePosixPath, str], dict[str, Value]] = {}
        self._main_sections_of: dict[str, Sequence[str]] = {}
        self._places: dict[str, tuple[ContentFolder | None, tuple[str, ...]]] = {}
        self._cascades_by_folder: dict[
            tuple[PurePosixPath | None, str], Sequence[tuple[Value, _Cascade]]
        ] = {}
        self._section_sources: dict[PurePosixPath, SourceText] = {}

    @cached_property
    def settings(self) -> dict[str, Value]:
        return hugo_settings.read(self.folder.site, self.folder.reach)

    @cached_property
    def _syntax(self) -> BodySyntax:
        """Links are paths of pages if Hugo's own render hook for links is on."""
        links = "pages" if hugo_settings.has_link_hook(self.settings) else self.record.syntax.links
        return replace(super()._syntax, links=links)

    def settings_files(self) -> list[SettingsFile]:
        return hugo_settings.files(self.folder.site)

    @property
    def unread_settings(self) -> Mapping[str, Unread]:
        """Those of all languages; `init` takes the time zone of the main one."""
        languages = site_settings.section(self.settings, "languages")
        others = (one for one in languages if one != self.main_language)
        zones = {f"languages.{one}.timeZone": changes("dates") for one in others}
        return {**super().unread_settings, **zones}

    def site_languages(self) -> list[str]:
        return hugo_settings.languages(self.settings)

    @cached_property
    def main_language(self) -> str:
        return hugo_settings.main_language(self.settings)

    @cached_property
    def _disabled(self) -> frozenset[str]:
        return hugo_settings.disabled_languages(self.settings)

    @cached_property
    def _content_folders(self) -> list[ContentFolder]:
        """The folders with content around the posts or among them; none if all are elsewhere."""
        posts = self._below_site
        folders = hugo_settings.content_folders(self.settings, self.folder.site)
        related = [one for one in folders if posts.is_relative_to(one.path)]
        return related[:1] or [one for one in folders if one.path.is_relative_to(posts)]

    def _content(self, path: PurePosixPath) -> ContentFolder | None:
        """The folder with content in which a post lies; None if there is none."""
        return self._placed(path)[0]

    @for_path
    def _placed(self, path: PurePosixPath) -> tuple[ContentFolder | None, tuple[str, ...]]:
        """The folder with content in which a post lies, and the names of the folders below it."""
        above = str(path).rpartition("/")[0]
        if above not in self._places:
            folder = self._below_site / above
            contents = (one for one in self._content_folders if folder.is_relative_to(one.path))
            if content := next(contents, None):
                place = content.below / folder.relative_to(content.path)
            else:
                place = self.location / above
            self._places[above] = content, place.parts
        return self._places[above]

    @for_path
    def without_language(self, path: PurePosixPath) -> tuple[str, str | None]:
        """The file name, and the language: a suffix as in `x.fr.md`, else that of the folder."""
        if self.config.posts.languages:
            return super().without_language(path)
        whole, content = markups.stem(path), self._content(path)
        stem, _, suffix = whole.rpartition(".")
        if stem and suffix.lower() in self.languages | self._disabled:
            return stem, language_tag(suffix)
        is_other = content is not None and content.language != self.main_language
        return whole, language_tag(content.language) if content and is_other else None

    @for_path
    def language_of(self, path: PurePosixPath) -> str:
        return (self.without_language(path)[1] or self.main_language).lower()

    def is_post(self, path: PurePosixPath) -> bool:
        """Whether the file is a post, and no resource of a bundle."""
        if self.markup_of(path) == "unrendered" and self._leaving_out(path):
            return False
        is_other = not path.parts[1:] or path.parts[0] in _OTHERS
        if is_other and self._is_in_site and self._content(path) is None:
            return False
        if not self._bundles:
            return True
        parents = {*path.parents}
        if is_index(path):
            parents.discard(path.parent)
        return self._bundles.isdisjoint(parents)

    @cached_property
    def _is_in_site(self) -> bool:
        """Whether the posts are looked for in the whole site, which has folders with content."""
        return bool(self._content_folders) and self.folder.posts == self.folder.site

    def unpublished_by_path(self, path: PurePosixPath) -> tuple[Status, str] | None:
        """What the settings leave out. An item of it that was published before stays."""
        setting = self._leaving_out(path)
        if setting is None:
            return super().unpublished_by_path(path)
        return "ignored", f"the site leaves it out, see {setting}"

    @for_path
    def _leaving_out(self, path: PurePosixPath) -> str | None:
        """The setting that leaves a file out."""
        language, content = self.language_of(path), self._content(path)
        if self._content_folders and content is None:
            off = hugo_settings.disabled_with(self.settings, self._below_site / path)
            return self._disabling(off) if off else "contentDir of the languages"
        if path.name.startswith("#"):
            return "the # at the beginning of its name"
        if language in self._disabled:
            return self._disabling(language)
        main = self._main_sections(language)
        is_whole = content is not None and content.path.is_relative_to(self._below_site)
        is_whole = is_whole and not self.folder.is_whole  # then pages, too, are asked for
        if main and is_whole and _first_part(self._placed(path)[1], path) not in main:
            return "mainSections"
        targeted = (one.values for one in self._found_cascades(path) if one.has_target)
        return "cascade" if any(one.get("draft") == "true" for one in targeted) else None

    def _main_sections(self, language: str) -> Sequence[str]:
        if language not in self._main_sections_of:
            found = hugo_settings.main_sections(self.settings, language)
            self._main_sections_of[language] = found
        return self._main_sections_of[language]

    def _disabling(self, language: str) -> str:
        """The setting that disables a language."""
        own = site_settings.is_true(self.settings, "languages", language, "disabled")
        return f"languages.{language}.disabled" if own else "disableLanguages"

    def setting_problems(self) -> Iterator[Diagnostic]:
        """Name the languages with a folder of their own that no configuration reads."""
        files = self.settings_files()
        for one in hugo_settings.elsewhere(self.settings, self.folder.site, self.folder.posts):
            place = self.folder.site / one.path
            keys = ("languages", one.language, "contentdir")
            found = hugo_settings.origin(files, self.folder.reach, keys)
            count = texts_in(place)
            if found and count and not is_read_beside(self.config.path, place):
                yield Diagnostic(*self.place(*found), _unread(one, count))

    def add_defaults(self, values: dict[str, Value], path: PurePosixPath) -> None:
        """Add the values of cascades: the nearest section first, the settings last."""
        for cascade in self._cascades(path):
            for key, value in cascade.values.items():
                values.setdefault(key, value)

    def origin(self, path: PurePosixPath, key: str) -> Place | None:
        cascade = next((one for one in self._cascades(path) if key in one.values), None)
        if cascade is None:
            return None
        keys = cascade.keys_of(key)
        if cascade.folder is None:
            language = ("languages", self.language_of(path))
            files = self.settings_files()
            found = hugo_settings.origin(files, self.folder.reach, (*language, *keys))
            found = found or hugo_settings.origin(files, self.folder.reach, keys)
            return self.place(*found) if found else None
        page = self.index(cascade.folder, self.language_of(path))
        return (page, _line_in_head(self.document(page), keys)) if page else None

    @for_path
    def _cascades(self, path: PurePosixPath) -> Sequence[_Cascade]:
        """The values that a post gets; the first one of a key counts."""
        return [*self._found_cascades(path)]

    def _found_cascades(self, path: PurePosixPath) -> Iterator[_Cascade]:
        language = self.language_of(path)
        for folder in (*path.parents, None):
            for target, cascade in self._cascades_of(folder, language):
                if target is None or hugo_urls.fits(target, self.logical(path), language):
                    yield cascade

    def _cascades_of(
        self, folder: PurePosixPath | None, language: str
    ) -> Sequence[tuple[Value, _Cascade]]:
        """The cascades of a section, or of the settings, each with its target."""
        if (folder, language) not in self._cascades_by_folder:
            cascade = (
                self.setting(language, "cascade")
                if folder is None
                else self.section_page(folder, language).get("cascade")
            )
            self._cascades_by_folder[folder, language] = [*_divided(cascade, folder)]
        return self._cascades_by_folder[folder, language]

    def section_page(self, folder: PurePosixPath, language: str = "") -> dict[str, Value]:
        if (folder, language) not in self._sections:
            page = self.index(folder, language)
            self._sections[folder, language] = self.section(page) if page else {}
        return self._sections[folder, language]

    def index(self, folder: PurePosixPath, language: str = "") -> PurePosixPath | None:
        """The page of a section, in one language if that is given."""
        paths = _indexes(folder)
        if language and language != self.language_of(paths[0]):
            paths = [path.with_name(f"_index.{language}{path.suffix}") for path in paths]
        return next((path for path in paths if path in self.folder.paths), None)

    def is_section(self, folder: PurePosixPath) -> bool:
        """Whether Hugo makes a section of a folder of the content that has no page of its own."""
        if len(folder.parts) != 1 or folder in self._bundles:
            return not folder.parts
        return any(file.startswith(f"{folder}/") for file in self.folder.files)

    def setting(self, language: str, key: str) -> Value:
        return hugo_settings.of_language(self.settings, language, key)

    def source_text(self, path: PurePosixPath, text: str) -> SourceText:
        """The text of the file, with the cascades in the pages of its sections."""
        own = super().source_text(path, text)
        for folder in path.parents:
            if (cascade := self._cascade_source(folder)).keys:
                own = source_text.with_defaults(own, cascade)
        return own

    def _cascade_source(self, folder: PurePosixPath) -> SourceText:
        """The text of the cascade in the page of a section."""
        if folder not in self._section_sources:
            page = self.index(folder)
            data = self.folder.bytes(page) if page else b""
            text = super().source_text(folder, data.decode("utf-8", "replace"))
            keys = {
                key.removeprefix("cascade."): lines
                for key, lines in text.keys.items()
                if key.startswith("cascade.")
            }
            self._section_sources[folder] = source_text.SourceText(keys, ())
        return self._section_sources[folder]

    @for_path
    def logical(self, path: PurePosixPath) -> str:
        """The path by which settings name a page: `/posts/a-page`."""
        folders, base = self.names(path)
        return "/" + "/".join([*folders, base]).lower().replace(" ", "-")

    @for_path
    def names(self, path: PurePosixPath) -> tuple[Sequence[str], str]:
        """The names of the folders of a page, and its own, of which Hugo makes the URL.

        They are as the files have them: paths get one hyphen per space, tokens of permalinks one
        per gap.
        """
        folders, base = self._placed(path)[1], self.without_language(path)[0]
        is_bundle = bool(folders) and is_index(path)
        return (folders[:-1], folders[-1]) if is_bundle else (folders, base)

    @property
    def has_capitals(self) -> bool:
        return self.settings.get("disablepathtolower") == "true"


def _unread(folder: ContentFolder, count: int) -> str:
    """What to do about the folder of a language that is not read."""
    language, files = folder.language, number_of(count, "file")
    return (
        f"posts.path has no posts in '{language}': {folder.path} ({files}) is not read. If nothing "
        "is published yet, set `path` to the folder that has all languages, e.g. `path: .`; else "
        f"write a second configuration, e.g. publisher.{language}.yaml, with "
        f"`path: {folder.path}`, `state: .publisher-{language}` and feeds of its own, and run it "
        "with --config"
    )


def _first_part(folders: Sequence[str], path: PurePosixPath) -> str:
    """The first part of the path below the folder with content, in lower case."""
    return (folders[0] if folders else path.name).lower()


def _divided(cascade: Value, folder: PurePosixPath | None) -> Iterator[tuple[Value, _Cascade]]:
    """The parts of a cascade that have values, each with its target."""
    for number, part in enumerate(cascade if isinstance(cascade, list) else [cascade]):
        values = (
            {key.lower(): value for key, value in part.items()} if isinstance(part, dict) else {}
        )
        target = values.pop("target", None) or values.pop("_target", None)
        keys = ("cascade", number) if isinstance(cascade, list) else ("cascade",)
        if values:
            yield target, _Cascade(values, bool(target), folder, keys)


def _line_in_head(document: PostFile, keys: Keys) -> int:
    """The line of the last of the keys in the front matter of a file."""
    lines = document.text.split("\n")[: document.body_line - 1]
    kind = ".toml" if any(line.startswith("+++") for line in lines) else ".yml"
    return setting_lines.line(
        "\n".join("" if line.strip() in _FENCES else line for line in lines), kind, keys
    )


def _indexes(folder: PurePosixPath) -> list[PurePosixPath]:
    """The possible paths of the page of a section."""
    return [folder / f"_index{kind}" for kind in (".md", ".markdown", ".html")]


def _bundles(paths: Iterable[str]) -> set[str]:
    """The folders with the page of a bundle."""
    indexes = (PurePosixPath(path) for path in paths if "/index." in path)
    return {str(path.parent) for path in indexes if is_index(path)}


def is_index(path: PurePosixPath) -> bool:
    """Whether the file is the page of a bundle: `index.md`, `index.fr.md`."""
    return path.name.partition(".")[0] == "index" and path.suffix.lower() in MARKUPS
