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


# What stands in actions/ and is no act of a person: each with the reason why it needs no `by`, or no transaction.
ASKS = "asks, and writes nothing"
BY_ITSELF = "the program does it by the clock, for nobody in particular"
INSIDE = "a part of an act: runs in that act's transaction, which must be one with it"
NOBODY_YET = "there is nobody yet who could do it, or no group in which to write it down"
EXCEPTIONS = {
    "groups.bring_waiting_items": INSIDE,
    "groups.move_to_next_agenda": INSIDE,
    "groups.may_remove": ASKS,
    "groups.add_member": INSIDE,
    "groups.lock_coordination": INSIDE,
    "groups.is_last_coordinator": ASKS,
    "groups.admit": INSIDE,
    "groups.revoke": INSIDE,
    "groups.was_removed": ASKS,
    "groups.settle_applications": INSIDE,
    "groups.settle_offers": INSIDE,
    "groups.remind_of_ending_terms": INSIDE,
    "groups.needs_takeover": ASKS,
    "groups.start_takeover_if_needed": INSIDE,
    "groups.role_with": INSIDE,
    "groups.models_with_writers": ASKS,
    "groups.part_with_words": INSIDE,
    "groups.begin_term": INSIDE,
    "groups.end_term": INSIDE,
    "groups.make_founding_link": NOBODY_YET,
    "groups.use_founding_link": NOBODY_YET,
    "groups.record": INSIDE,
    "groups.record_all": INSIDE,
    "groups.first_broken_entry": ASKS,
    "groups.start_series": INSIDE,
    "groups.extend_series": BY_ITSELF,
    "groups.call_off": INSIDE,
    "groups.stop_rule": INSIDE,
    "groups.assign_turns": BY_ITSELF,
    "groups.next_in_turn": ASKS,
    "groups.write_out_series": BY_ITSELF,
    "groups.tell": INSIDE,
    "groups.tell_changed": INSIDE,
    "groups.plan_reminders": INSIDE,
    "groups.channels_of": ASKS,
    "groups.undisturbed": ASKS,
    "groups.drop_reminders": INSIDE,
    "groups.drop_reminders_of": INSIDE,
    "groups.tell_cancelled": INSIDE,
    "groups.replan_reminders_of": INSIDE,
    "groups.claim_due": BY_ITSELF,
    "groups.deliver_in_app": BY_ITSELF,
    "groups.take_in_hand": BY_ITSELF,
    "groups.letters_of": ASKS,
    "groups.pushes_of": ASKS,
    "groups.forget_devices": BY_ITSELF,
    "groups.mark_sent": "one statement by the clock, in a transaction of its own that waits for nothing",
    "groups.put_off": BY_ITSELF,
    "groups.mark_read": "one statement about one's own inbox; `person` says whose",
    "groups.import_group": NOBODY_YET,
    "groups.bearer": "finds who asks; the day of a token's use is no act",
    "groups.close_for_good": INSIDE,
    "groups.groups_to_remove": ASKS,
    "groups.remove_group": BY_ITSELF,
    "groups.require_decision": ASKS,
    "groups.newest_entries_fit": ASKS,
    "groups.show_visitors": INSIDE,
    "groups.count_leadership": BY_ITSELF,
    "groups.last_quarter": ASKS,
    "groups.winners_of": ASKS,
    "groups.lock_proposal": INSIDE,
    "groups.keep_time": BY_ITSELF,
    "groups.check_choice": ASKS,
    "groups.padded": ASKS,
    "groups.require_voter": ASKS,
    "groups.differences": ASKS,
    "groups.put_into_urn": INSIDE,
    "groups.empty_urn": INSIDE,
    "groups.count": ASKS,
    "groups.months_later": ASKS,
    "groups.begin_agreement": INSIDE,
    "groups.put_up_agreements": BY_ITSELF,
    "groups.count_records_again": INSIDE,
    "outreach.load_catalogue": NOBODY_YET,
    "outreach.undo_token": ASKS,
    "outreach.undoable": ASKS,
    "resources.write_topic": NOBODY_YET,
}


def test_every_action_names_its_facts_says_who_acts_and_is_one_transaction():
    """Nobody can mix up who and whom, nothing is half-written; what differs is listed above, with its reason."""
    wrong, differing = [], set()
    for path in tracked("groups/actions/*.py", "outreach/actions/*.py", "resources/actions/*.py"):
        for node in ast.parse(path.read_text()).body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            name = f"{path.relative_to(ROOT).parts[0]}.{node.name}"
            is_atomic = any(ast.unparse(each) == "transaction.atomic" for each in node.decorator_list)
            has_by = any(argument.arg == "by" for argument in node.args.kwonlyargs)
            if is_atomic and node.args.args:
                wrong.append(f"{name} takes a fact without its name")
            if not (is_atomic and has_by):
                differing.add(name)
    assert not wrong
    assert differing == set(EXCEPTIONS)


def test_every_foreign_row_is_fetched_through_access():
    """A view that fetches by id by itself would be the one that forgets to ask whose it is."""
    wrong = []
    for path in tracked("groups/views/*.py", "outreach/views/*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Name) and node.id == "get_object_or_404":
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert not wrong


def test_no_file_is_longer_than_can_be_read_in_one_go():
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in product()}
    del lengths["hrplatform/settings.py"]  # every setting is in one place, however many there are
    assert {name: length for name, length in lengths.items() if length > 400} == {}


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


# Everyday words in code and in a kitchen; about people, or about their blood and their needles, they judge.
JUDGING_PEOPLE = re.compile(
    r"\b(clients?|dirty|clean (and sober|needles?|syringes?|time|urine)|(get|stay|be|been|being|is|are) clean\b|"
    r"clientes?|sucias?|schone spuiten|грязн\w+)\b",
    re.IGNORECASE,
)


def test_no_page_and_no_guide_judges_anyone():
    wrong = []
    for path in tracked("templates/*.html", "locale/*.po", "resources/demonstration/guides/*.md"):
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            if JUDGING_PEOPLE.search(line) and not line.startswith("#"):
                wrong.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}")
    assert not wrong


EVERYWHERE = {"/", "/app", "/home", "/opt", "/root", "/srv", "/tmp", "/var"}


def test_no_registry_address_and_no_path_of_a_machine_is_committed():
    # A checkout that lies right in /tmp or /home would make a path of a machine out of what every machine has.
    machine = ROOT if str(ROOT.parent) in EVERYWHERE else ROOT.parent
    addresses = re.compile("|".join(("pypi" + r"\.org", "python" + "hosted", "registry" + r"\.npm", f"{machine}/")))
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
