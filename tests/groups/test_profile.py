"""What people say about themselves: a language, a time zone, and an address only if they want letters."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from groups import actions
from groups.models import Membership, Person, Reminder
from tests.conftest import PASSPHRASE, World

FACTS = {"language": "es", "time_zone": "America/Argentina/Buenos_Aires", "email": "ben@example.org"}


@pytest.fixture
def client(ben: Membership, sign_in: Callable[..., Client]) -> Client:
    return sign_in(ben)


def again(membership: Membership) -> Person:
    return Person.objects.get(pk=membership.person_id)


def test_what_is_saved_is_there_the_next_time(client: Client, ben: Membership) -> None:
    assert client.post("/me/", FACTS)["Location"] == "/me/"
    person = again(ben)
    assert (person.language, person.time_zone, person.email) == tuple(FACTS.values())
    assert 'value="ben@example.org"' in client.get("/me/").content.decode()


def test_the_page_speaks_the_new_language_at_once(client: Client) -> None:
    answer = client.post("/me/", FACTS, follow=True)
    assert '<html lang="es"' in answer.content.decode()
    assert '<html lang="es"' in client.get("/groups/").content.decode()


def test_the_language_is_there_again_after_signing_in_anew(client: Client, ben: Membership) -> None:
    client.post("/me/", FACTS)
    elsewhere = Client(HTTP_ACCEPT_LANGUAGE="en")
    elsewhere.post("/sign-in/", {"login": "ben", "password": PASSPHRASE})
    assert '<html lang="es"' in elsewhere.get("/groups/").content.decode()


def test_public_pages_keep_the_language_of_their_address(client: Client) -> None:
    client.post("/me/", FACTS)
    assert '<html lang="nl"' in client.get("/nl/about/").content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("language", "xx"),
        ("language", ""),
        ("time_zone", "Europe/Nowhere"),
        ("time_zone", "../../etc/passwd"),
        ("email", "not an address"),
        ("email", "a@example.org\nBcc: b@example.org"),
        ("email", f"{'a' * 250}@example.org"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field_and_nothing_changes(
    field: str, value: str, client: Client, ben: Membership
) -> None:
    answer = client.post("/me/", {**FACTS, field: value})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    person = again(ben)
    assert (person.language, person.time_zone, person.email) == ("en", "UTC", "")


def test_the_handle_cannot_be_changed_by_sending_one(client: Client, ben: Membership) -> None:
    client.post("/me/", {**FACTS, "handle": "ana", "is_operator": "1", "is_active": "", "id": "1"})
    person = again(ben)
    assert (person.handle, person.is_operator, person.is_active) == ("ben", False, True)


def test_the_address_is_sealed_in_the_database(client: Client) -> None:
    client.post("/me/", FACTS)
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(p::text, ' ') FROM groups_person p")
        (stored,) = cursor.fetchone()
    assert "example.org" not in stored
    assert b"example.org".hex() not in stored


def test_nobody_else_sees_the_address(client: Client, world: World, sign_in: Callable[..., Client]) -> None:
    client.post("/me/", FACTS)
    group = f"/groups/{world.union.slug}/"
    for place in (group, f"{group}members/", f"{group}members/{world.ben.pk}/powers/", f"{group}journal/"):
        assert "example.org" not in sign_in(world.ana).get(place).content.decode()


def test_giving_and_taking_away_the_address_changes_how_waiting_reminders_go(
    client: Client, ana: Membership, ben: Membership, as_member: Callable[..., object]
) -> None:
    def waiting() -> set[str]:
        with as_member(ben):  # type: ignore[attr-defined]
            return set(Reminder.objects.waiting().filter(person=ben.person).values_list("channel", flat=True))

    with as_member(ana):  # type: ignore[attr-defined]
        starts = datetime.now() + timedelta(days=5)  # noqa: DTZ005 (wall-clock time)
        actions.schedule_meeting(by=ana, title="Thursday", starts=starts)
    assert waiting() == {"in_app"}
    client.post("/me/", FACTS)
    assert waiting() == {"in_app", "email"}
    client.post("/me/", {**FACTS, "email": ""})
    assert waiting() == {"in_app"}
    assert again(ben).email == ""


def test_a_new_passphrase_must_be_long_and_not_a_common_one(client: Client, ben: Membership) -> None:
    for new in ("eleven-long", "qwerty123456", "111111111111"):
        form = {"oldpassword": PASSPHRASE, "password1": new, "password2": new}
        answer = client.post("/account/passphrase/", form)
        assert answer.status_code == 422, new
        assert new not in answer.content.decode()
    assert again(ben).check_password(PASSPHRASE)


def test_a_new_passphrase_needs_the_old_one(client: Client, ben: Membership) -> None:
    new = "five words only I know"
    answer = client.post("/account/passphrase/", {"oldpassword": "a guess", "password1": new, "password2": new})
    assert answer.status_code == 422
    assert again(ben).check_password(PASSPHRASE)


def test_the_inbox_shows_what_is_new_until_it_is_read(
    client: Client, ben: Membership, ana: Membership, as_member: Callable[..., object]
) -> None:
    from groups import tasks

    with as_member(ana):  # type: ignore[attr-defined]
        starts = datetime.now() + timedelta(hours=20)  # noqa: DTZ005 (wall-clock time)
        meeting = actions.schedule_meeting(by=ana, title="Thursday", starts=starts)
        reminder = Reminder.objects.get(person=ben.person, occasion_id=meeting.pk)
    tasks.send_reminders(str(ana.group_id), [str(reminder.pk)], timezone.now().isoformat())
    assert ">New</span>" in client.get("/me/inbox/").content.decode()
    assert client.post("/me/inbox/read/")["Location"] == "/me/inbox/"
    page = client.get("/me/inbox/").content.decode()
    assert "A reminder" in page
    assert ">New</span>" not in page
