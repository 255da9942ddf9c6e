"""Nothing is kept longer than the policy says, and the policy says it for everything."""

import dataclasses
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings as project
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import models
from django.utils import timezone

from groups.models import FoundingLink, Group, Invitation, JournalEntry, Meeting, Membership, Person, Reminder
from hrplatform import isolation, retention
from hrplatform.celery import app
from outreach.models import Contact, ContactLine, Item, Site
from outreach.models.contacts import new_contact_id, rounded
from tests.conftest import World

NOW = timezone.now()
TODAY = NOW.date()


def after(days: float) -> datetime:
    return NOW + timedelta(days=days)


@pytest.fixture
def see(world: World):
    """Count rows of a model over both groups and all people."""

    def count(model: type[models.Model], **condition: object) -> int:
        with isolation.context(groups=[world.union.pk, world.elsewhere.pk]):
            return model._base_manager.filter(**condition).count()

    return count


@pytest.fixture
def kept(world: World) -> World:
    """In each of two groups one row of everything that has an end, all from today."""
    item = Item.objects.create(slug="syringe", category="injection", syringes_per_unit=1)
    for number, (group, member) in enumerate([(world.union, world.ana), (world.elsewhere, world.dee)]):
        with isolation.context(person=member.person_id, groups=[group.pk]):
            meeting = Meeting.objects.create(group=group, title="Thursday", place="the yard", starts_at=NOW)
            Reminder.objects.create(
                group=group, person=member.person, occasion="meeting", occasion_id=meeting.pk, occasion_at=NOW,
                lead_minutes=60, channel="in_app", due_at=NOW,
            )  # fmt: skip
            Invitation.objects.create(
                group=group, token_hash=str(number), made_by=member.person, expires_at=NOW, maximum_uses=1
            )
            site = Site.objects.create(group=group, name="Van", kind="mobile")
            contact = Contact.objects.create(
                id=new_contact_id(NOW), group=group, site=site, worker=member.person, at=rounded(NOW), local_day=TODAY,
                used_returned=7, note="limping",
            )  # fmt: skip
            ContactLine.objects.create(contact=contact, group=group, item=item, quantity=10)
    return world


def gone(days: float) -> dict[str, int]:
    return dict(retention.execute(now=after(days)))


# --- What goes, and what stays ----------------------------------------------------------------------------------------


def test_what_is_from_today_stays(kept):
    assert gone(0) == {}


@pytest.mark.parametrize(
    ("days", "model", "label"),
    [
        (30, Invitation, "groups.Invitation"),
        (90, Reminder, "groups.Reminder"),
        (1095, Meeting, "groups.Meeting"),
        (1095, Contact, "outreach.Contact"),
        (1095, ContactLine, "outreach.ContactLine"),
    ],
)
def test_rows_go_from_every_group_once_their_days_are_over(kept, see, days, model, label):
    assert label not in gone(days - 1)
    assert see(model) == 2
    assert gone(days + 1)[label] == 2
    assert see(model) == 0


@pytest.mark.parametrize(
    ("days", "model", "name", "blank"),
    [
        (90, Meeting, "place", b""),
        (90, Contact, "note", b""),
        (365, Contact, "worker", None),
        (365, Contact, "site", None),
    ],
)
def test_words_go_before_their_row_does(kept, see, days, model, name, blank):
    label = f"{model._meta.label}.{name}"
    assert label not in gone(days - 1)
    assert gone(days + 1)[label] == 2
    assert see(model, **({f"{name}__isnull": True} if blank is None else {name: ""})) == 2


def test_counts_outlive_the_words_beside_them(kept):
    gone(400)
    with isolation.context(groups=[kept.union.pk]):
        contact = Contact.objects.get()
        assert (contact.used_returned, contact.note, contact.worker) == (7, "", None)
        assert Meeting.objects.get().title == "Thursday"


def test_the_note_of_a_member_who_left_goes_after_a_month_and_nobody_elses(world, see):
    with isolation.context(groups=[world.union.pk]):
        for membership, left_on in ((world.ben, TODAY), (world.caro, None)):
            member = Membership.objects.get(pk=membership.pk)
            member.private_note, member.left_on = "call first", left_on
            member.save()
    assert "groups.Membership.private_note" not in gone(29)
    assert gone(32)["groups.Membership.private_note"] == 1
    with isolation.context(groups=[world.union.pk]):
        assert Membership.objects.get(pk=world.caro.pk).private_note == "call first"


def test_the_address_of_someone_long_unseen_goes_and_the_account_stays(world):
    for who, seen in ((world.ana.person, NOW), (world.ben.person, None)):
        who.email, who.last_login = f"{who.handle}@example.org", seen
        who.save()
    assert gone(729).keys().isdisjoint({"groups.Person.email"})
    assert gone(732)["groups.Person.email"] == 1
    assert Person.objects.get(pk=world.ana.person_id).email == ""
    assert Person.objects.get(pk=world.ben.person_id).email == "ben@example.org", "nothing to count from"
    gone(36_500)
    assert Person.objects.count() == 4


def test_sessions_founding_links_and_the_operators_log_go(world):
    Session.objects.create(session_key="over", session_data="", expire_date=NOW - timedelta(minutes=1))
    Session.objects.create(session_key="running", session_data="", expire_date=after(1))
    FoundingLink.objects.create(token_hash="x", expires_at=NOW)
    LogEntry.objects.create(user=world.ana.person, object_repr="Syringe", action_flag=ADDITION, change_message="[]")
    assert gone(0) == {"sessions.Session": 1}
    assert Session.objects.get().session_key == "running"
    assert gone(32) == {"sessions.Session": 1, "groups.FoundingLink": 1}
    assert gone(367) == {"admin.LogEntry": 1}


def test_letters_in_the_folder_go(db, settings, tmp_path):
    settings.EMAIL_FOLDER = tmp_path
    (tmp_path / "letter.eml").write_text("hello")
    assert gone(29) == {}
    assert gone(31) == {"EMAIL_FOLDER": 1}
    assert list(tmp_path.iterdir()) == []


def test_the_journal_stays_as_long_as_its_group(kept, see):
    before = see(JournalEntry)
    gone(36_500)
    assert before
    assert see(JournalEntry) == before


def test_groups_members_and_roles_do_not_go_by_a_clock(kept, see):
    before = see(Group), see(Membership)
    gone(36_500)
    assert (see(Group), see(Membership)) == before


def test_a_second_run_finds_nothing(kept):
    assert gone(400)
    assert gone(400) == {}


def test_more_than_one_batch_goes_in_one_run(world, see):
    with isolation.context(groups=[world.union.pk]):
        Meeting.objects.bulk_create(
            Meeting(group=world.union, title="T", starts_at=NOW) for _ in range(retention.BATCH * 2 + 1)
        )
    assert gone(1096) == {"groups.Meeting": retention.BATCH * 2 + 1}


def test_it_leaves_nothing_open_behind(kept):
    gone(400)
    assert not Group.objects.exists()


def test_a_rule_that_fails_is_named_and_does_not_stop_the_others(kept, see):
    policy = retention.Policy.load()
    journal = policy.models["groups.JournalEntry"]
    # The application may not delete from the journal: the database refuses.
    impossible = dataclasses.replace(journal, remove_after_days=1, counted_from="at")
    policy = dataclasses.replace(
        policy, models={"groups.JournalEntry": impossible, **policy.models} | {"groups.JournalEntry": impossible}
    )
    with pytest.raises(retention.PolicyBroken, match=r"groups\.JournalEntry"):
        retention.execute(now=after(400), policy=policy)
    assert see(JournalEntry)
    assert see(Reminder) == 0


def test_the_command_says_what_went(kept):
    out = StringIO()
    call_command("execute_data_policy", stdout=out)
    assert "Nothing was past its days." in out.getvalue()
    with isolation.context(groups=[kept.union.pk]):
        Meeting.objects.update(starts_at=NOW - timedelta(days=2000))
    call_command("execute_data_policy", stdout=out)
    assert "1 groups.Meeting\n" in out.getvalue()


def test_every_scheduled_task_exists(db):
    app.loader.import_default_modules()
    assert {entry["task"] for entry in project.CELERY_BEAT_SCHEDULE.values()} <= app.tasks.keys()
    assert app.tasks["hrplatform.tasks.execute_data_policy"].apply().successful()


# --- The policy is whole ----------------------------------------------------------------------------------------------


def test_every_field_of_every_model_has_a_rule():
    assert retention.everything_has_a_rule(None) == []


@pytest.mark.parametrize(
    ("before", "now", "words"),
    [
        ('place = ["whereabouts", 90]\n', "", "groups.Meeting.place has no rule."),
        ('place = ["whereabouts", 90]', 'x = ["words", "row"]', "groups.Meeting.x has a rule but does not exist."),
        ('["groups.FoundingLink"', '["groups.LosingLink"', "groups.FoundingLink has no rule."),
        ('["groups.FoundingLink"', '["groups.LosingLink"', "there is a rule for groups.LosingLink, which is no model."),
        ('place = ["whereabouts", 90]', 'place = ["secrets", 90]', "groups.Meeting.place is of class 'secrets'"),
        ('title = ["words", "row"]', 'title = ["words", 90]', "title cannot be blanked"),
        ('["words", "row"]', '["words", "for ever"]', "is not of the form"),
        ('["words", "row"]', '["words", -1]', "is not of the form"),
        ('["words", "row"]', '"words"', "is not of the form"),
        ('counted_from = "starts_at"', 'counted_from = "title"', "groups.Meeting counts its days from 'title'"),
        ('counted_from = "starts_at"', "", "groups.Meeting counts its days from None"),
        ("remove_after_days = 1095", 'remove_after_days = "3 years"', "which is not a number of days"),
        ("remove_after_days = 1095", 'only_when = { group__kind = "circle" }', "has the condition"),
        ("remove_after_days = 1095", "forever = true", "is not of the form"),
        ("EMAIL_FOLDER = [", "OTHER_FOLDER = [", "OTHER_FOLDER is not a setting that names a folder"),
        ('group_model = "groups.Group"', "", "group_model names ''"),
        ("[classes]", "[classes", "Expected"),
    ],
)  # fmt: skip
def test_a_gap_or_mistake_in_the_policy_fails_the_check(monkeypatch, tmp_path, before, now, words):
    text = "\n".join(line for line in retention.POLICY_FILE.read_text().splitlines() if not line.startswith("#"))
    assert before in text
    broken = tmp_path / "data_policy.toml"
    broken.write_text(text.replace(before, now))
    monkeypatch.setattr(retention, "POLICY_FILE", broken)
    found = retention.everything_has_a_rule(None)
    assert found
    assert any(words in message.msg for message in found), [message.msg for message in found]
    assert {message.id for message in found} == {"hrplatform.E002"}


def test_a_condition_on_the_row_itself_is_obeyed(kept, see):
    policy = retention.Policy.load()
    only_cancelled = dataclasses.replace(policy.models["groups.Meeting"], only_when={"cancelled_at__isnull": False})
    with isolation.context(groups=[kept.union.pk]):
        Meeting.objects.filter(group=kept.union).update(cancelled_at=NOW)
    policy = dataclasses.replace(policy, models={**policy.models, "groups.Meeting": only_cancelled})
    assert retention.execute(now=after(1096), policy=policy)["groups.Meeting"] == 1
    assert see(Meeting, group=kept.elsewhere) == 1


def test_the_command_fails_loudly_when_a_rule_does(kept, monkeypatch, tmp_path: Path):
    text = retention.POLICY_FILE.read_text()
    broken = tmp_path / "data_policy.toml"
    broken.write_text(
        text.replace(
            '["groups.JournalEntry".fields]',
            '["groups.JournalEntry"]\nremove_after_days = 0\ncounted_from = "at"\n["groups.JournalEntry".fields]',
        )
    )
    monkeypatch.setattr(retention, "POLICY_FILE", broken)
    with pytest.raises(CommandError, match=r"groups\.JournalEntry.*The rest was done"):
        call_command("execute_data_policy", stdout=StringIO())


def test_days_are_counted_in_days(kept, see):
    with isolation.context(groups=[kept.union.pk, kept.elsewhere.pk]):
        Meeting.objects.update(starts_at=NOW - timedelta(days=89, hours=23))
    assert "groups.Meeting.place" not in gone(0)
    assert gone(0.1)["groups.Meeting.place"] == 2
