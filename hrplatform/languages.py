"""The interface in every language we promise: catalogues from locale/, compiled, and checked to be whole.

Git holds the readable catalogues (.po) only. What gettext reads (.mo) is made from them by Babel, which is a wheel:
no machine needs the gettext tools to run this, only whoever collects new messages from the source.
"""

import os
import re
import secrets
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from django.conf import settings
from django.core import checks
from django.utils.translation import to_locale

# What must be the same in a translation: %(name)s, %s, {name}, and markup.
_PLACEHOLDER = re.compile(r"%\(\w+\)[sdf]|%[sdf%]|\{\w*\}")
_TAG = re.compile(r"<[^<>]+>")
_IN_TEMPLATES = re.compile(r"%\((\w+)\)s")


class CatalogueBroken(Exception):
    """This file is missing or cannot be read as a catalogue."""


@dataclass(frozen=True)
class LanguageFile:
    """One language's catalogue: `source` in git, `compiled` where gettext looks for it."""

    code: str
    source: Path
    compiled: Path

    def read(self) -> Catalog:
        """Raises CatalogueBroken."""
        try:
            with self.source.open("rb") as file:
                return read_po(file, locale=to_locale(self.code), abort_invalid=True)
        except (OSError, PoFileError, ValueError) as error:
            raise CatalogueBroken(f"{self.source}: {error}") from error

    @property
    def is_stale(self) -> bool:
        """A compiled file carries the time of its source, so an older source put back counts as a change too."""
        return not self.compiled.exists() or self.compiled.stat().st_mtime_ns != self.source.stat().st_mtime_ns

    def compile(self) -> None:
        """Write the compiled file whole or not at all: another process may be reading it. Fuzzy words stay out."""
        catalogue, changed = self.read(), self.source.stat().st_mtime_ns
        self.compiled.parent.mkdir(parents=True, exist_ok=True)
        draft = self.compiled.with_name(f".{secrets.token_hex(4)}")
        with draft.open("wb") as file:
            write_mo(file, catalogue)
        os.utime(draft, ns=(changed, changed))
        draft.replace(self.compiled)


def language_files() -> list[LanguageFile]:
    """Every language but the one that the source itself is written in."""
    codes = [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
    folders = {code: Path(to_locale(code)) / "LC_MESSAGES" for code in codes}
    return [
        LanguageFile(
            code, settings.CATALOGUE_DIR / folder / "django.po", settings.LOCALE_PATHS[0] / folder / "django.mo"
        )
        for code, folder in folders.items()
    ]


def compile_languages() -> list[str]:
    """Compile what has changed since it was last compiled. Returns the codes of those. Raises CatalogueBroken."""
    changed = [language for language in language_files() if not language.source.exists() or language.is_stale]
    for language in changed:
        language.compile()
    return [language.code for language in changed]


# --- Checking ---------------------------------------------------------------------------------------------------------


# Where the words of visitors, of signing in and of letters stand: these are whole in every language, always.
# Pages of members may wait for their translators and are shown in English until then; how many wait is said.
FOR_EVERYBODY = (
    "hrplatform/**/*.py",
    "resources/**/*.py",
    "groups/wording.py",
    "groups/forms/people.py",
    "groups/adapter.py",
    "templates/base.html",
    "templates/account/**/*.html",
    "templates/django/**/*.html",
    "templates/errors/**/*.html",
    "templates/resources/**/*.html",
    "templates/ui/**/*.html",
    "templates/groups/join*.html",
    "templates/groups/ask_visitor.html",
)


@checks.register(checks.Tags.translation, deploy=True)
def every_language_is_complete(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Fails on words that are missing for everybody, marked fuzzy, or that lost a placeholder. Tells what else waits.

    Part of `check --deploy`: a missing word must stop a release, never an installation that is running.
    """
    return [
        checks.Error(f"{language.code}: {words}", hint=f"Mend it in {language.source}.", id="hrplatform.E003")
        for language in language_files()
        for words in problems(language)
    ] + [
        checks.Info(f"{language.code}: {number} texts of members' pages wait for a translator.", id="hrplatform.I003")
        for language in language_files()
        if (number := waiting(language))
    ]


def problems(language: LanguageFile) -> Iterator[str]:
    """What is wrong with one catalogue, a sentence each."""
    try:
        catalogue = language.read()
    except CatalogueBroken as error:
        yield f"the catalogue cannot be read: {error}"
        return
    for message in catalogue:
        if message.id and not (_is_untouched(message) and not _is_for_everybody(message)):
            yield from (f"{_shown(message)} {words}" for words in _problems_of(message, catalogue.num_plurals))


def waiting(language: LanguageFile) -> int:
    """How many texts of members' pages have no translation yet. Raises CatalogueBroken."""
    return sum(
        bool(message.id) and _is_untouched(message) and not _is_for_everybody(message) for message in language.read()
    )


def _is_untouched(message: Message) -> bool:
    return not message.fuzzy and not any(_forms(message.string))


@cache
def _words_for_everybody() -> str:
    files = (path for pattern in FOR_EVERYBODY for path in sorted(settings.BASE_DIR.glob(pattern)))
    return _as_one_line("".join(path.read_text() for path in files))


def _is_for_everybody(message: Message) -> bool:
    """Whether this text stands in one of those sources: in quotes, or between the tags of a template."""
    text = _as_one_line(_forms(message.id)[0])
    in_template = _IN_TEMPLATES.sub(r"{{ \1 }}", text)
    places = (f'"{text}"', f"'{text}'", f"%}}{in_template}{{%", f"%}} {in_template} {{%")
    return any(place in _words_for_everybody() for place in places)


def _as_one_line(text: str) -> str:
    """Without line breaks, indentation, and the quotes between the pieces of one long text."""
    return re.sub(r'"\s*"|\s+', lambda gap: "" if '"' in gap[0] else " ", text)


def _shown(message: Message) -> str:
    return f"“{_forms(message.id)[0]}”"


def _forms(text: str | tuple[str, ...] | list[str] | None) -> list[str]:
    return [text or ""] if isinstance(text, str | None) else list(text)


def _problems_of(message: Message, plurals: int) -> Iterator[str]:
    originals, translations = _forms(message.id), _forms(message.string)
    if message.fuzzy:
        yield "is marked fuzzy."
    if not all(translations):
        yield "is not translated."
        return
    if message.pluralizable and len(translations) != plurals:
        yield f"has {len(translations)} forms where the language has {plurals}."
    for number, translation in enumerate(translations):
        # Only where the first form means exactly one may it leave out the number. In Russian it also means 21 and 31.
        allowed = originals if number == 0 and len(translations) == 2 else originals[-1:]
        if _fixed_parts(translation) not in [_fixed_parts(original) for original in allowed]:
            yield f"has other placeholders or markup in “{translation}”."
        if translation.endswith("\n") != originals[0].endswith("\n"):
            yield "differs in its last line break."


def _fixed_parts(text: str) -> Counter[str]:
    # A tag counts without its placeholders, which are counted by themselves.
    return Counter(_PLACEHOLDER.findall(text)) + Counter(_TAG.findall(_PLACEHOLDER.sub("", text)))
