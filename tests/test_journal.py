"""Who did what to what: each act once, in ids only, and nobody rewrites it unseen."""

import ast
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import ProgrammingError, connection, connections, transaction
from django.test import Client
from django.utils import timezone, translation

from groups import actions
from groups.actions.journal import first_broken_entry
from groups.actions.memberships import add_member
from groups.models import Group, JournalEntry, Membership, Power
from hrplatform import isolation
from hrplatform.discretion import ROUNDED_TO
from outreach.actions import (
    ContactEntry,
    change_kit,
    change_site,
    load_catalogue,
    log_contact,
    log_past_contacts,
    make_kit,
    make_site,
    undo_contact,
    undo_token,
)
from outreach.models import Contact, Item, Kit, Site
from outreach.models.contacts import new_contact_id
from resources.actions import Text, publish_guide, write_topic
from tests.conftest import World, make_person
from tests.groups.acts_of_decisions import DECISION_ACTS
from tests.groups.acts_of_forms import FORM_ACTS, MONEY_ACTS
from tests.groups.acts_of_meetings import MEETING_ACTS
from tests.groups.acts_of_people import LAST_ACTS, PEOPLE_ACTS
from tests.groups.acts_outward import OUTWARD_ACTS

CANARY = "canary-words-7391"
APPS = ("groups", "outreach", "resources")


def soon() -> datetime:
    """Wall-clock time three days from now."""
    return datetime.now().replace(microsecond=0) + timedelta(days=3)  # noqa: DTZ005


def entries(group: Group) -> list[JournalEntry]:
    with isolation.context(groups=[group.pk]):
        return list(JournalEntry.objects.filter(group=group).order_by("number"))


def verbs_in_the_sources() -> set[str]:
    """Every verb that the product writes: written out where it is recorded, or handed on to where that is done."""
    found = set()
    for app in APPS:
        for file in (Path(settings.BASE_DIR) / app).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                for word in node.keywords if isinstance(node, ast.Call) else []:
                    if word.arg == "verb" and ast.unparse(word.value) != "verb":
                        assert isinstance(word.value, ast.Constant), f"{file}: write verbs out, so that they are found"
                        found.add(str(word.value.value))
    return found


# --- Each act is written once -----------------------------------------------------------------------------------------


def schedule(world: World, **facts: Any) -> Any:
    return actions.schedule_meeting(by=world.ana, title=CANARY, place=CANARY, starts=soon(), **facts)


def contact(world: World) -> Any:
    now = timezone.now()
    return log_contact(by=world.caro, id=new_contact_id(now), at=now, used_returned=3, note=CANARY)


def past_contact(world: World) -> Any:
    now = timezone.now() - timedelta(days=30)
    entry = ContactEntry(id=new_contact_id(now), at=now, used_returned=3, note=CANARY)
    log_past_contacts(by=world.caro, entries=[entry])
    return Contact.objects.get(pk=entry.id)


def kit(world: World, name: str = CANARY) -> Kit:
    return make_kit(by=world.ana, name=name, contents={Item.objects.get(slug="cookers"): 10})


def site(world: World, name: str = CANARY) -> Site:
    return make_site(by=world.ana, name=name, kind="fixed", area=CANARY)


def accept(world: World) -> tuple[Membership, str, Membership]:
    _, token = actions.invite(by=world.ana)
    joined = actions.accept_invitation(by=make_person("newcomer"), token=token)
    return joined, "accept_invitation", joined


def guide(world: World, by: Membership | None) -> Any:
    return publish_guide(
        by=by,
        group=world.union,
        slug="a-guide",
        topic=write_topic(slug="overdose", position=1, names={"en": CANARY}),
        original_language="en",
        texts={"en": Text(CANARY, CANARY, f"{CANARY} [@who].")},
        sources=[{"key": "who", "title": CANARY, "publisher": CANARY, "year": 2014, "url": ""}],
        last_checked_on=date(2026, 9, 14),
    )


# What happens: (who acted, the verb, what it was done to), for the last entry with that verb.
ACTS: dict[str, Callable[[World], tuple[Membership | None, str, Any]]] = {
    "describe_group": lambda w: (
        w.ana,
        "describe_group",
        actions.describe_group(by=w.ana, name=CANARY, about=CANARY, area=CANARY),
    ),
    "give powers": lambda w: (
        w.ana,
        "begin_role_term",
        actions.set_powers(by=w.ana, member=w.ben, powers=[Power.KEEP_STOCK]).role_terms.get(),  # type: ignore[attr-defined]
    ),
    "take powers back": lambda w: (
        w.ana,
        "end_role_term",
        actions.set_powers(by=w.ana, member=w.caro, powers=[]).role_terms.get(),  # type: ignore[attr-defined]
    ),
    "add_member": lambda w: (
        w.ana,
        "add_member",
        add_member(by=w.ana, person=make_person(CANARY), standing="ally"),
    ),
    "invite": lambda w: (w.ana, "invite", actions.invite(by=w.ana)[0]),
    "revoke_invitation": lambda w: (w.ana, "revoke_invitation", _after(actions.invite(by=w.ana)[0], w, "revoke")),
    "accept_invitation": accept,
    "leave_group": lambda w: (w.ben, "leave_group", _after(w.ben, w, "leave")),
    "schedule_meeting": lambda w: (w.ana, "schedule_meeting", schedule(w)),
    "schedule a series": lambda w: (
        w.ana,
        "schedule_meeting_series",
        schedule(w, repeats="FREQ=WEEKLY").series,
    ),
    "cancel_meeting": lambda w: (w.ana, "cancel_meeting", _after(schedule(w), w, "cancel")),
    "end_series": lambda w: (w.ana, "end_meeting_series", _after(schedule(w, repeats="FREQ=WEEKLY").series, w, "end")),
    "log_contact": lambda w: (w.caro, "log_contact", contact(w)),
    "log_past_contacts": lambda w: (w.caro, "log_contact", past_contact(w)),
    "undo_contact": lambda w: (w.caro, "undo_contact", _after(contact(w), w, "undo")),
    "make_kit": lambda w: (w.ana, "make_kit", kit(w)),
    "change_kit": lambda w: (w.ana, "change_kit", change_kit(by=w.ana, kit=kit(w, "Other"), is_active=False)),
    "make_site": lambda w: (w.ana, "make_site", site(w)),
    "change_site": lambda w: (w.ana, "change_site", change_site(by=w.ana, site=site(w, "Other"), area=CANARY)),
    "publish_guide": lambda w: (None, "publish_guide", guide(w, None)),
}


ACTS |= MONEY_ACTS | FORM_ACTS | MEETING_ACTS | DECISION_ACTS | PEOPLE_ACTS | OUTWARD_ACTS | LAST_ACTS


def _after(thing: Any, world: World, act: str) -> Any:
    match act:
        case "revoke":
            actions.revoke_invitation(by=world.ana, invitation=thing)
        case "leave":
            actions.leave_group(by=thing)
        case "cancel":
            actions.cancel_meeting(by=world.ana, meeting=thing)
        case "end":
            actions.end_series(by=world.ana, series=thing)
        case "undo":
            pk, token = thing.pk, undo_token(thing)
            undo_contact(by=world.caro, contact=thing, token=token)
            thing.pk = pk
    return thing


@pytest.fixture
def inside(world: World) -> Iterator[World]:
    """In a context that shows the union, as Ana's request would."""
    load_catalogue()
    with isolation.context(person=world.ana.person_id, groups=[world.union.pk]):
        yield world


def perform_all(world: World) -> list[str]:
    """All acts one after the other; those after which a member can do less come last. Returns their verbs."""
    last = ("take powers back", "leave_group", *LAST_ACTS)
    return [ACTS[act](world)[1] for act in [*(act for act in ACTS if act not in last), *last]]


@pytest.mark.parametrize("act", ACTS)
def test_each_act_writes_exactly_one_entry_that_matches(act: str, inside: World) -> None:
    written = []
    before = len(entries(inside.union))
    actor, verb, thing = ACTS[act](inside)
    written = [entry for entry in entries(inside.union)[before:] if entry.verb == verb]
    matching = [entry for entry in written if entry.object_id == thing.pk]
    assert len(written) == len(matching) == 1
    (entry,) = matching
    assert entry.actor == (actor.person_id if actor else None)
    assert entry.at <= timezone.now() < entry.at + ROUNDED_TO + timedelta(minutes=1)


def test_founding_a_group_is_its_first_entry(world: World) -> None:
    first, *_ = entries(world.union)
    assert (first.number, first.verb, first.actor, first.object_id) == (
        1,
        "found_group",
        world.ana.person_id,
        world.union.pk,
    )


def test_every_verb_in_the_sources_is_among_the_acts_tried_here(inside: World) -> None:
    tried = set(perform_all(inside))
    assert tried | {"found_group"} == verbs_in_the_sources()


@pytest.mark.parametrize("language", ["en", "es", "nl", "ru"])
def test_every_verb_has_words_on_the_page(language: str) -> None:
    with translation.override(language):
        for verb in verbs_in_the_sources():
            words = JournalEntry(verb=verb).described
            assert words
            assert words != verb, f"no words for {verb}"


def test_what_is_undone_or_refused_writes_nothing(inside: World) -> None:
    before = len(entries(inside.union))
    with pytest.raises(actions.LastCoordinator), transaction.atomic():
        actions.set_powers(by=inside.ana, member=inside.ana, powers=[])
    meeting = schedule(inside)
    actions.cancel_meeting(by=inside.ana, meeting=meeting)
    actions.cancel_meeting(by=inside.ana, meeting=meeting)
    actions.set_powers(by=inside.ana, member=inside.caro, powers=[Power.LOG_OUTREACH])
    assert [entry.verb for entry in entries(inside.union)[before:]] == ["schedule_meeting", "cancel_meeting"]


def test_no_words_and_no_handle_stand_in_the_journal(inside: World) -> None:
    perform_all(inside)
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(j::text, ' ') FROM groups_journalentry j")
        (everything,) = cursor.fetchone()
    assert CANARY not in everything
    assert not [handle for handle in ("ana", "ben", "caro", "dee") if f",{handle}," in everything]


def test_members_read_who_did_what_and_others_do_not(world: World, sign_in: Callable[..., Client]) -> None:
    page = sign_in(world.ben).get(f"/groups/{world.union.slug}/journal/").content.decode()
    assert "ana" in page
    assert sign_in(world.dee).get(f"/groups/{world.union.slug}/journal/").status_code == 404


# --- Nobody rewrites it -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("statement", ["UPDATE groups_journalentry SET verb = 'x'", "DELETE FROM groups_journalentry"])
def test_the_application_can_neither_change_nor_remove_an_entry(
    statement: str, world: World, as_member: Callable[..., AbstractContextManager[None]]
) -> None:
    refused = pytest.raises(ProgrammingError, match="permission denied")
    with refused, transaction.atomic(), as_member(world.ana), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_application_cannot_empty_the_journal_either() -> None:
    """TRUNCATE is granted to the tests alone, to clean up; a real installation is asked by its own grants."""
    from hrplatform import roles

    assert "TRUNCATE" not in Path(roles.__file__).read_text().replace("no TRUNCATE", "")


@pytest.fixture
def by_hand(transactional_db: None) -> Iterator[Callable[..., None]]:
    """Somebody at the database itself, past all policies: what a seized or rented machine allows."""
    server = settings.DATABASE_ADMIN_URL.rsplit("/", 1)[0]
    name = connections["default"].settings_dict["NAME"]
    with psycopg.connect(f"{server}/{name}", autocommit=True) as admin:
        yield lambda statement, *values: admin.execute(statement, values)


@pytest.fixture
def journal(by_hand: Callable[..., None]) -> World:
    """A world that is really committed, with a journal of a dozen entries or so."""
    ana, ben = make_person("ana"), make_person("ben")
    with isolation.context(person=ana.pk):
        union = actions.found_group(by=ana, kind="organization", name="Night Union")
        by = Membership.objects.select_related("group", "person").get(group=union, person=ana)
        member = add_member(by=by, person=ben, standing="peer")
        for _ in range(6):
            actions.invite(by=by)
    return World(union, by, member, member, union, member)


def broken(group: Group) -> int | None:
    with isolation.context(groups=[group.pk]):
        return first_broken_entry(Group.objects.get(pk=group.pk))


def test_an_untouched_journal_is_whole(journal: World) -> None:
    assert len(entries(journal.union)) == 9
    assert broken(journal.union) is None


@pytest.mark.parametrize(
    "change",
    [
        "verb = 'leave_group'",
        "actor = gen_random_uuid()",
        "actor = NULL",
        "at = at + interval '1 second'",
        "object_id = gen_random_uuid()",
        "object_kind = 'groups.Meeting'",
        "previous_hash = repeat('0', 64)",
        "hash = repeat('0', 64)",
    ],
)
def test_an_edited_entry_shows(change: str, journal: World, by_hand: Callable[..., None]) -> None:
    by_hand(f"UPDATE groups_journalentry SET {change} WHERE number = 4")
    assert broken(journal.union) == 4


def test_a_removed_entry_shows(journal: World, by_hand: Callable[..., None]) -> None:
    by_hand("DELETE FROM groups_journalentry WHERE number = 5")
    assert broken(journal.union) == 5


def test_a_removed_entry_shows_although_the_rest_moved_up(journal: World, by_hand: Callable[..., None]) -> None:
    by_hand("DELETE FROM groups_journalentry WHERE number = 5")
    for number in range(6, 10):
        by_hand("UPDATE groups_journalentry SET number = number - 1 WHERE number = %s", number)
    assert broken(journal.union) == 5


def test_two_entries_in_another_order_show(journal: World, by_hand: Callable[..., None]) -> None:
    for old, new in ((4, 99), (5, 4), (99, 5)):
        by_hand("UPDATE groups_journalentry SET number = %s WHERE number = %s", new, old)
    assert broken(journal.union) == 4


def test_a_journal_whose_end_was_cut_off_shows(journal: World, by_hand: Callable[..., None]) -> None:
    by_hand("DELETE FROM groups_journalentry WHERE number > 7")
    assert broken(journal.union) == 8


def test_an_emptied_journal_shows(journal: World, by_hand: Callable[..., None]) -> None:
    by_hand("DELETE FROM groups_journalentry")
    assert broken(journal.union) == 1


def test_an_added_entry_shows(journal: World, by_hand: Callable[..., None]) -> None:
    rechain(journal.union, by_hand, verb_of_last="leave_group", extra=True)
    assert broken(journal.union) is not None


def test_a_journal_that_was_rewritten_and_chained_anew_shows(journal: World, by_hand: Callable[..., None]) -> None:
    """The chain alone is whole again: only the sealed note of its newest entry tells."""
    rechain(journal.union, by_hand, verb_of_last="leave_group")
    assert broken(journal.union) is not None


def test_taking_the_sealed_note_away_hides_nothing(journal: World, by_hand: Callable[..., None]) -> None:
    by_hand("UPDATE groups_group SET journal_head = ''::bytea")
    assert broken(journal.union) == 1


def rechain(group: Group, by_hand: Callable[..., None], *, verb_of_last: str, extra: bool = False) -> None:
    """Change the last entry, or add one, with hashes that fit: what anyone can do who reads this program."""
    *_, before, last = entries(group)
    if extra:
        before, last = (
            last,
            JournalEntry(
                group=group, number=last.number + 1, at=last.at, object_kind=last.object_kind, object_id=last.object_id
            ),
        )
        by_hand(
            "INSERT INTO groups_journalentry (id, group_id, number, at, verb, object_kind, object_id, previous_hash,"
            " hash) VALUES (gen_random_uuid(), %s, %s, %s, 'x', %s, %s, '', '')",
            group.pk,
            last.number,
            last.at,
            last.object_kind,
            last.object_id,
        )
    last.verb, last.previous_hash = verb_of_last, before.hash
    by_hand(
        "UPDATE groups_journalentry SET verb = %s, previous_hash = %s, hash = %s WHERE number = %s",
        last.verb,
        last.previous_hash,
        last.compute_hash(),
        last.number,
    )


def test_erasing_a_person_leaves_the_journal_whole(journal: World, by_hand: Callable[..., None]) -> None:
    by_hand("DELETE FROM groups_reminder")
    by_hand("DELETE FROM groups_roleterm WHERE membership_id = %s", journal.ben.pk)
    by_hand("DELETE FROM groups_membership WHERE id = %s", journal.ben.pk)
    by_hand("DELETE FROM groups_person WHERE id = %s", journal.ben.person_id)
    assert broken(journal.union) is None


# --- The command ------------------------------------------------------------------------------------------------------


def test_the_command_says_that_all_journals_are_whole(world: World) -> None:
    said = StringIO()
    call_command("verify_journal", stdout=said)
    assert said.getvalue() == "2 of 2 journals are whole.\n"


def test_the_command_names_the_group_and_the_entry_and_fails(journal: World, by_hand: Callable[..., None]) -> None:
    by_hand("UPDATE groups_journalentry SET verb = 'x' WHERE number = 4")
    said, wrong = StringIO(), StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("verify_journal", stdout=said, stderr=wrong)
    assert end.value.code == 1
    assert f"{journal.union.slug}: " in wrong.getvalue()
    assert "entry 4" in wrong.getvalue()
    assert said.getvalue() == "0 of 1 journals are whole.\n"


def test_the_command_says_plainly_that_it_needs_the_master_key(world: World, settings: Any, tmp_path: Path) -> None:
    settings.MASTER_KEY_PATH = tmp_path / "none"
    with pytest.raises(CommandError, match="master key"):
        call_command("verify_journal", stdout=StringIO())
