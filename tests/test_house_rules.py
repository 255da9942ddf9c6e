"""The house rules that a machine can check."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ("groups", "outreach", "resources")
# Wiring: the only places in hrplatform that know the apps (docs/architecture.md).
WIRING = {
    "hrplatform/urls.py",
    "hrplatform/settings.py",
    "hrplatform/management/commands/up.py",
    "hrplatform/management/commands/seed_demonstration.py",
}
FORBIDDEN_NAMES = {
    "utils.py",
    "helpers.py",
    "services.py",
    "selectors.py",
    "common.py",
    "common",
    "misc.py",
    "signals.py",
}


def tracked(*patterns: str) -> list[Path]:
    """Files of the project: what git knows and what is about to be added."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split("\n")  # fmt: skip
    return [ROOT / name for name in listed if name and (ROOT / name).is_file()]


def product() -> list[Path]:
    return [path for path in tracked("*.py") if path.relative_to(ROOT).parts[0] in ("hrplatform", *APPS)]


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize(
    ("app", "may_not"),
    [("groups", {"outreach", "resources"}), ("outreach", {"resources"}), ("resources", {"outreach"})],
)
def test_dependencies_run_one_way(app, may_not):
    wrong = {str(path.relative_to(ROOT)): imports(path) & may_not for path in tracked(f"{app}/*.py")}
    assert not {name: found for name, found in wrong.items() if found}


def test_foundations_know_no_domain():
    wrong = {}
    for path in tracked("hrplatform/*.py"):
        name = str(path.relative_to(ROOT))
        if name not in WIRING and (found := imports(path) & set(APPS)):
            wrong[name] = found
    assert not wrong


def test_nothing_is_called_by_a_name_that_says_nothing():
    assert not [path for path in tracked("*.py") if FORBIDDEN_NAMES & set(path.relative_to(ROOT).parts)]


def test_no_domain_logic_hides_in_signals_or_save():
    wrong = []
    for path in product():
        for node in ast.walk(ast.parse(path.read_text())):
            is_signal = isinstance(node, ast.ImportFrom) and (node.module or "").endswith("signals")
            is_save = isinstance(node, ast.FunctionDef) and node.name == "save" and "models" in path.parts
            if is_signal or is_save:
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert not wrong


def test_actions_name_their_facts():
    """Every public action takes its facts by name: nobody can mix up who and whom."""
    wrong = []
    for path in tracked("groups/actions/*.py", "outreach/actions/*.py", "resources/actions/*.py"):
        for node in ast.parse(path.read_text()).body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            is_atomic = any(ast.unparse(each) == "transaction.atomic" for each in node.decorator_list)
            if is_atomic and node.args.args:
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}")
    assert not wrong


def test_pages_extend_the_base_page_or_are_fragments():
    pages = [path for path in tracked("templates/*.html") if "django" not in path.parts and "allauth" not in path.parts]
    wrong = [
        str(path.relative_to(ROOT))
        for path in pages
        if not path.name.startswith("_") and path.name != "base.html" and "{% extends" not in path.read_text()
    ]
    assert not wrong


def test_no_template_has_inline_script_or_style():
    inline = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", re.IGNORECASE)
    assert not [str(path.relative_to(ROOT)) for path in tracked("templates/*.html") if inline.search(path.read_text())]


JUDGING = re.compile(
    r"\b(addicts?|addicted|abusers?|junkies?|junky|patients?|beneficiar(y|ies)|drug abuse|"
    r"adict[oa]s?|drogadict\w*|verslaafden?|наркоман\w*|пациент\w*|paciente\w*|cliënt\w*)\b",
    re.IGNORECASE,
)
# They list the words so that nobody uses them.
ABOUT_THE_WORDS = {"docs/glossary.md", "tests/test_house_rules.py"}


def test_no_judging_word_stands_anywhere():
    wrong = []
    for path in tracked("*.py", "*.html", "*.md", "*.po", "*.toml", "*.js"):
        name = str(path.relative_to(ROOT))
        if name in ABOUT_THE_WORDS or name.startswith(("tests/data/", "LICENSE")):
            continue
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            is_title_of_a_source = name.endswith("guide.toml") and line.startswith(("title", "publisher", "url"))
            if JUDGING.search(line) and not is_title_of_a_source:
                wrong.append(f"{name}:{number}: {line.strip()[:80]}")
    assert not wrong


def test_no_registry_address_and_no_path_of_a_machine_is_committed():
    addresses = re.compile(
        "|".join(("pypi" + r"\.org", "python" + "hosted", "registry" + r"\.npm", str(ROOT.parent) + "/"))
    )
    wrong = []
    for path in tracked():
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        if addresses.search(text):
            wrong.append(str(path.relative_to(ROOT)))
    assert not wrong


def test_lock_files_hold_versions_and_hashes_only():
    for path in tracked("requirements/*.lock"):
        text = path.read_text()
        assert "://" not in text
        assert len(re.findall(r"^[a-z0-9]", text, re.MULTILINE)) <= text.count("--hash=sha256:")
