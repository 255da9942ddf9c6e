"""The interface is whole in every language we promise, and what gettext reads is made from what git holds."""

import gettext
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import write_po
from django.conf import settings as project
from django.core.checks import registry
from django.utils import translation

from hrplatform import languages
from hrplatform.languages import LanguageFile

ROOT = Path(project.BASE_DIR)
PRODUCT = ("manage.py", "hrplatform", "groups", "outreach", "resources", "templates", "locale")
HEAD = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: {plurals}\\n"

"""
TWO_FORMS = "nplurals=2; plural=(n != 1);"
RUSSIAN = "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);"


@pytest.fixture
def catalogue(tmp_path: Path):
    """Write a catalogue of one message."""

    def written(text: str, code: str = "nl", plurals: str = TWO_FORMS) -> LanguageFile:
        file = LanguageFile(code, tmp_path / f"{code}.po", tmp_path / "made" / f"{code}.mo")
        file.source.write_text(HEAD.format(plurals=plurals) + text)
        return file

    return written


# --- Our catalogues ---------------------------------------------------------------------------------------------------


def test_there_is_a_catalogue_for_every_language_but_the_one_of_the_source():
    assert [file.code for file in languages.language_files()] == ["es", "nl", "ru"]
    assert all(file.source.is_file() for file in languages.language_files())


@pytest.mark.parametrize("file", languages.language_files(), ids=lambda file: file.code)
def test_every_word_is_translated(file):
    wrong = list(languages.problems(file))
    assert not wrong, f"{len(wrong)} to mend in {file.source}: {wrong[:5]}"


@pytest.mark.parametrize(
    ("code", "number", "form"),
    [
        *(("es", 0, 1), ("es", 1, 0), ("es", 2, 1), ("nl", 1, 0), ("nl", 0, 1)),
        *(("ru", 1, 0), ("ru", 21, 0), ("ru", 2, 1), ("ru", 24, 1), ("ru", 5, 2), ("ru", 11, 2), ("ru", 111, 2)),
    ],
)
def test_numbers_take_the_right_form(code, number, form, tmp_path):
    [ours] = [file for file in languages.language_files() if file.code == code]
    catalogue = ours.read()
    forms = [f"form {each}" for each in range(catalogue.num_plurals)]
    catalogue.add(("one thing", "many things"), tuple(forms))
    file = LanguageFile(code, tmp_path / "x.po", tmp_path / code / "LC_MESSAGES" / "django.mo")
    with file.source.open("wb") as handle:
        write_po(handle, catalogue)
    file.compile()
    made = gettext.translation("django", tmp_path, [code])
    assert made.ngettext("one thing", "many things", number) == f"form {form}"


def test_the_catalogues_hold_every_message_of_the_source_and_no_other(tmp_path):
    """xgettext reads a copy of the source, so that a forgotten `make messages` shows here."""
    if not shutil.which("xgettext"):
        pytest.skip("The gettext tools are not installed: apt-get install gettext")
    for name in PRODUCT:
        path, ignore = ROOT / name, shutil.ignore_patterns("__pycache__")
        shutil.copytree(path, tmp_path / name, ignore=ignore) if path.is_dir() else shutil.copy(path, tmp_path / name)
    made = subprocess.run(
        [sys.executable, "manage.py", "collect_messages"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "HRPLATFORM_VAR": str(tmp_path / "var")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    for file in languages.language_files():
        held = {(message.id, message.context) for message in file.read() if message.id}
        collected = LanguageFile(file.code, tmp_path / file.source.relative_to(ROOT), tmp_path / "no")
        needed = {(message.id, message.context) for message in collected.read() if message.id}
        assert len(needed) > 50
        assert not needed - held, f"{file.code} lacks messages: run `make messages`, then translate them"
        assert not held - needed, f"{file.code} has messages that nothing says any more: run `make messages`"


# --- Compiling --------------------------------------------------------------------------------------------------------


def test_what_is_translated_is_said_and_what_is_fuzzy_is_not(settings, tmp_path):
    settings.CATALOGUE_DIR, settings.LOCALE_PATHS = tmp_path / "po", [tmp_path / "mo"]
    for code in ("es", "nl", "ru"):
        folder = tmp_path / "po" / code / "LC_MESSAGES"
        folder.mkdir(parents=True)
        (folder / "django.po").write_text(
            HEAD.format(plurals=TWO_FORMS)
            + 'msgid "An evening word"\nmsgstr "Een avondwoord"\n\n#, fuzzy\nmsgid "A guess"\nmsgstr "Een gok"\n'
        )
    assert languages.compile_languages() == ["es", "nl", "ru"]
    assert languages.compile_languages() == []
    translation.trans_real._translations.clear()
    try:
        with translation.override("nl"):
            assert translation.gettext("An evening word") == "Een avondwoord"
            assert translation.gettext("A guess") == "A guess"
    finally:
        translation.trans_real._translations.clear()


def test_a_changed_catalogue_is_compiled_again_an_older_one_put_back_too(catalogue):
    file = catalogue('msgid "a"\nmsgstr "b"\n')
    assert file.is_stale
    file.compile()
    assert not file.is_stale
    os.utime(file.source, (1_000_000_000, 1_000_000_000))
    assert file.is_stale
    file.compile()
    assert not file.is_stale
    assert [path.name for path in file.compiled.parent.iterdir()] == ["nl.mo"], "no drafts stay"


def test_a_catalogue_that_cannot_be_read_is_named(catalogue):
    file = catalogue("<<<<<<< ours\n")
    assert "cannot be read" in " ".join(languages.problems(file))
    with pytest.raises(languages.CatalogueBroken, match=r"nl\.po"):
        file.compile()
    file.source.unlink()
    assert "cannot be read" in " ".join(languages.problems(file))


# --- The check --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ('msgid "a"\nmsgstr "b"\n', ""),
        ('msgid "a"\nmsgstr ""\n', "is not translated"),
        ('#, fuzzy\nmsgid "a"\nmsgstr "b"\n', "is marked fuzzy"),
        ('msgid "%(n)s left"\nmsgstr "nog %(n)s"\n', ""),
        ('msgid "%(n)s left"\nmsgstr "nog %(m)s"\n', "other placeholders"),
        ('msgid "%(n)s left"\nmsgstr "nog wat"\n', "other placeholders"),
        ('msgid "all gone"\nmsgstr "nog %(n)s"\n', "other placeholders"),
        ('msgid "%s and %s"\nmsgstr "%s"\n', "other placeholders"),
        ('msgid "100%% sure"\nmsgstr "100% zeker"\n', "other placeholders"),
        ('msgid "{name} left"\nmsgstr "{naam} is weg"\n', "other placeholders"),
        ('msgid "<a href=\\"%(u)s\\">x</a>"\nmsgstr "<a href=\\"%(u)s\\">y</a>"\n', ""),
        ('msgid "<strong>x</strong>"\nmsgstr "y"\n', "markup"),
        ('msgid "x"\nmsgstr "<script>y</script>"\n', "markup"),
        ('msgid "x\\n"\nmsgstr "y"\n', "last line break"),
        ('msgid "one"\nmsgid_plural "%(n)s"\nmsgstr[0] "een"\nmsgstr[1] "%(n)s"\n', ""),
        ('msgid "%(n)s one"\nmsgid_plural "%(n)s"\nmsgstr[0] "%(n)s een"\nmsgstr[1] "%(n)s"\n', ""),
        ('msgid "one"\nmsgid_plural "%(n)s"\nmsgstr[0] "een"\nmsgstr[1] "veel"\n', "other placeholders"),
        ('msgid "one"\nmsgid_plural "%(n)s"\nmsgstr[0] "een"\nmsgstr[1] ""\n', "is not translated"),
    ],
)
def test_mistakes_in_a_translation_are_found(catalogue, text, wrong):
    found = " ".join(languages.problems(catalogue(text)))
    assert wrong in found
    assert bool(wrong) == bool(found)


def test_in_russian_the_first_form_names_the_number_because_it_also_means_twenty_one(catalogue):
    text = 'msgid "one"\nmsgid_plural "%(n)s"\nmsgstr[0] "{}"\nmsgstr[1] "%(n)s"\nmsgstr[2] "%(n)s"\n'
    assert "other placeholders" in " ".join(languages.problems(catalogue(text.format("один"), "ru", RUSSIAN)))
    assert not list(languages.problems(catalogue(text.format("%(n)s раз"), "ru", RUSSIAN)))


def test_the_check_is_part_of_the_deploy_check():
    assert languages.every_language_is_complete in registry.registry.get_checks(include_deployment_checks=True)
    assert languages.every_language_is_complete not in registry.registry.get_checks()


def test_what_everybody_reads_may_not_wait_for_its_translator_and_a_members_page_may(catalogue):
    file = catalogue('msgid "Help now"\nmsgstr ""\n\nmsgid "Only members of a group read this"\nmsgstr ""\n')
    assert [problem.split("”")[0] for problem in languages.problems(file)] == ["“Help now"]
    assert languages.waiting(file) == 1
