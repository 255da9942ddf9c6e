"""Somebody is let in by link: once for each use, until it ends, and only by who may."""

import re
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from groups import actions, guessing
from groups.models import FoundingLink, Group, Invitation, Membership, Person
from groups.models.invitations import hash_token
from hrplatform import isolation
from tests.conftest import PASSPHRASE, World, make_person

AsMember = Callable[[Membership], AbstractContextManager[None]]
SignIn = Callable[..., Client]
ACCOUNT = {
    "username": "zoe",
    "password1": "five words only I know",
    "password2": "five words only I know",
    "standing": "peer",
}


@pytest.fixture
def link(ana: Membership, as_member: AsMember) -> Callable[..., str]:
    def made(**facts: int | str) -> str:
        with as_member(ana):
            _, token = actions.invite(by=ana, **facts)  # type: ignore[arg-type]
        return f"/join/{token}/"

    return made


def members_of(group: Group) -> set[str]:
    with isolation.context(groups=[group.pk]):
        active = Membership.objects.active().filter(group=group).select_related("person")
        return {membership.person.handle for membership in active}


# --- Making one -------------------------------------------------------------------------------------------------------


def test_the_link_is_shown_once_with_its_square_and_never_again(ana: Membership, sign_in: SignIn) -> None:
    client, place = sign_in(ana), f"/groups/{ana.group.slug}/invitations/"
    made = client.post(place, {"maximum_uses": "3", "days": "7"}).content.decode()
    (token,) = set(re.findall(r"/join/([\w-]+)/", made))
    assert f'value="http://127.0.0.1:8000/join/{token}/"' in made
    assert "<svg" in made
    assert token not in client.get(place).content.decode()


def test_the_secret_is_not_in_the_database(ana: Membership, link: Callable[..., str]) -> None:
    token = link().split("/")[2]
    with isolation.context(groups=[ana.group_id]), connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(i::text, ' ') FROM groups_invitation i")
        (stored,) = cursor.fetchone()
    assert token not in stored
    assert hash_token(token) in stored


def test_a_member_without_the_power_cannot_invite(ben: Membership, as_member: AsMember, sign_in: SignIn) -> None:
    with as_member(ben), pytest.raises(PermissionDenied):
        actions.invite(by=ben)
    assert sign_in(ben).post(f"/groups/{ben.group.slug}/invitations/", {"maximum_uses": "1"}).status_code == 403


@pytest.mark.parametrize(
    ("field", "value"),
    [("maximum_uses", "0"), ("maximum_uses", "101"), ("maximum_uses", ""), ("days", "2")],
)
def test_an_impossible_invitation_is_refused_with_a_sentence(
    field: str, value: str, ana: Membership, sign_in: SignIn, as_member: AsMember
) -> None:
    facts = {"maximum_uses": "3", "days": "7", field: value}
    answer = sign_in(ana).post(f"/groups/{ana.group.slug}/invitations/", facts)
    assert answer.status_code == 422
    assert answer.context["form"].errors[field]
    with as_member(ana):
        assert not Invitation.objects.exists()


# --- Coming in --------------------------------------------------------------------------------------------------------


def test_opening_a_link_changes_nothing(
    ana: Membership, link: Callable[..., str], dee: Membership, sign_in: SignIn
) -> None:
    place = link()
    for client in (Client(), sign_in(dee)):
        assert "You are invited to Night Union" in client.get(place).content.decode()
    assert members_of(ana.group) == {"ana", "ben", "caro"}


def test_somebody_without_an_account_makes_one_and_is_a_member_in_the_same_step(
    ana: Membership, link: Callable[..., str]
) -> None:
    client, place = Client(), link()
    answer = client.post(f"{place}account/", ACCOUNT)
    assert answer.status_code == 302
    assert answer["Location"] == f"/groups/{ana.group.slug}/"
    assert client.get(answer["Location"]).status_code == 200
    assert members_of(ana.group) == {"ana", "ben", "caro", "zoe"}
    zoe = Person.objects.get(handle="zoe")
    assert (zoe.language, zoe.time_zone, zoe.email) == ("en", "America/New_York", "")


def test_a_new_account_speaks_the_language_of_the_browser(ana: Membership, link: Callable[..., str]) -> None:
    client = Client(HTTP_ACCEPT_LANGUAGE="es-AR,es;q=0.9")
    answer = client.post(f"{link()}account/", ACCOUNT)
    assert 'lang="es"' in client.get(answer["Location"]).content.decode()
    assert Person.objects.get(handle="zoe").language == "es"


def test_somebody_with_an_account_signs_in_and_joins_with_one_button(
    ana: Membership, dee: Membership, link: Callable[..., str]
) -> None:
    client, place = Client(), link()
    page = client.get(place).content.decode()
    (sign_in_with_return,) = re.findall(r'href="(/sign-in/\?next=[^"]+)"', page)
    answer = client.post(sign_in_with_return, {"login": "dee", "password": PASSPHRASE, "next": place})
    assert answer["Location"] == place
    assert client.post(place)["Location"] == f"/groups/{ana.group.slug}/"
    assert "dee" in members_of(ana.group)


def test_a_visitor_who_presses_join_is_asked_to_make_an_account(link: Callable[..., str]) -> None:
    place = link()
    assert Client().post(place)["Location"] == f"{place}account/"


def test_they_join_with_the_standing_that_they_say(
    ana: Membership, dee: Membership, link: Callable[..., str], sign_in: SignIn
) -> None:
    sign_in(dee).post(link(), {"standing": "ally"})
    with isolation.context(groups=[ana.group_id]):
        assert Membership.objects.get(person=dee.person, group=ana.group).standing == "ally"


def test_a_member_who_opens_a_link_again_stays_one_member_and_uses_nothing_up(
    ana: Membership, ben: Membership, link: Callable[..., str], sign_in: SignIn
) -> None:
    place = link(maximum_uses=1)
    assert sign_in(ben).post(place)["Location"] == f"/groups/{ana.group.slug}/"
    with isolation.context(groups=[ana.group_id]):
        assert Invitation.objects.get().uses == 0
        assert Membership.objects.filter(person=ben.person, group=ana.group).count() == 1


def test_whoever_left_comes_back_by_invitation(
    ana: Membership, ben: Membership, link: Callable[..., str], sign_in: SignIn, as_member: AsMember
) -> None:
    with as_member(ben):
        actions.leave_group(by=ben)
    assert sign_in(ben).post(link()).status_code == 302
    assert "ben" in members_of(ana.group)


# --- When it has ended ------------------------------------------------------------------------------------------------


def is_over(place: str) -> bool:
    page = Client().get(place)
    text = page.content.decode()
    return page.status_code == 410 and "This link does not work any more" in text and "Night Union" not in text


def test_a_link_works_as_often_as_it_says(ana: Membership, link: Callable[..., str], sign_in: SignIn) -> None:
    place = link(maximum_uses=2)
    for handle in ("eva", "finn"):
        assert sign_in(make_person(handle)).post(place).status_code == 302
    late = sign_in(make_person("gus"))
    assert late.post(place).status_code == 410
    assert late.get(place).status_code == 410
    assert members_of(ana.group) == {"ana", "ben", "caro", "eva", "finn"}


def test_a_link_ends_on_its_day(link: Callable[..., str], dee: Membership, sign_in: SignIn) -> None:
    place = link(days=1)
    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1)):
        answer = sign_in(dee).post(place)
        assert answer.status_code == 410
        assert is_over(place)
        assert Client().post(f"{place}account/", ACCOUNT).status_code == 410
    assert not Person.objects.filter(handle="zoe").exists()


def test_a_link_that_was_taken_back_works_no_more(
    ana: Membership, dee: Membership, link: Callable[..., str], sign_in: SignIn, as_member: AsMember
) -> None:
    place, client = link(), sign_in(ana)
    with as_member(ana):
        invitation = Invitation.objects.get()
    page = client.get(f"/groups/{ana.group.slug}/invitations/").content.decode()
    (take_back,) = re.findall(r'action="([^"]+/revoke/)"', page)
    assert client.post(take_back).status_code == 302
    assert client.post(take_back).status_code == 302
    assert is_over(place)
    assert sign_in(dee).post(place).status_code == 410
    assert str(invitation.pk) not in client.get(f"/groups/{ana.group.slug}/invitations/").content.decode()


@pytest.mark.parametrize("token", ["x", "nothing-like-it", "a" * 500, "%00", "..%2f"])
def test_an_invented_link_is_answered_as_one_that_has_ended(token: str, world: World) -> None:
    for place in (f"/join/{token}/", f"/join/{token}/account/", f"/start/{token}/"):
        assert Client().get(place).status_code in (404, 410)


def test_a_link_opens_no_other_page_of_the_group(ana: Membership, link: Callable[..., str], dee: Membership) -> None:
    client = Client()
    client.get(link())
    assert client.get(f"/groups/{ana.group.slug}/").status_code == 302


def test_there_is_no_open_sign_up(world: World) -> None:
    client = Client()
    assert client.post("/sign-up/", ACCOUNT).status_code == 405
    assert "By invitation" in client.get("/sign-up/").content.decode()
    assert not Person.objects.filter(handle="zoe").exists()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("username", "ana", "Someone here has this handle already"),
        ("username", "ANA", "Someone here has this handle already"),
        ("username", "z", "3"),
        ("username", "zoe@example.org", "letters"),
        ("username", "zo\u200be", "letters"),
        ("password1", "qwer", "12"),
        ("password1", "qwerty123456", "common"),
        ("password2", "five words only I knew", ""),
    ],
)
def test_an_account_that_cannot_be_made_says_why_and_uses_nothing_up(
    field: str, value: str, words: str, ana: Membership, link: Callable[..., str]
) -> None:
    typed = {**ACCOUNT, field: value}
    if field == "password1":
        typed["password2"] = value
    answer = Client().post(f"{link()}account/", typed)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert words in page
    assert value not in page or field == "username"
    with isolation.context(groups=[ana.group_id]):
        assert Invitation.objects.get().uses == 0
    assert Person.objects.count() == 4


@pytest.mark.django_db(transaction=True)
def test_the_last_use_of_a_link_goes_to_one_person(ana: Membership, link: Callable[..., str]) -> None:
    """Two press the button at the same moment, each over a connection of their own."""
    token = link(maximum_uses=1).split("/")[2]
    people = [make_person(handle) for handle in ("eva", "finn", "gus", "hana")]
    ready, results = threading.Barrier(len(people)), []

    def accept(person: Person) -> None:
        ready.wait()
        try:
            with isolation.context(person=person.pk):
                actions.accept_invitation(by=person, token=token)
            results.append("in")
        except actions.InvitationOver:
            results.append("over")
        finally:
            connections["default"].close()

    threads = [threading.Thread(target=accept, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["in", "over", "over", "over"]
    assert len(members_of(ana.group)) == 4


@pytest.mark.django_db(transaction=True)
def test_an_account_made_while_somebody_else_takes_the_last_use_is_not_left_behind(
    ana: Membership, link: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one comes in between: after the form was found good, before the membership is written."""
    from groups.forms import SignUpForm

    place, eva, before = link(maximum_uses=1), make_person("eva"), SignUpForm.try_save

    def while_somebody_else_joins(form: SignUpForm, request: object) -> object:
        def join() -> None:
            with isolation.context(person=eva.pk):
                actions.accept_invitation(by=eva, token=place.split("/")[2])
            connections["default"].close()

        other = threading.Thread(target=join)
        other.start()
        other.join()
        return before(form, request)

    monkeypatch.setattr(SignUpForm, "try_save", while_somebody_else_joins)
    client = Client()
    assert client.post(f"{place}account/", ACCOUNT).status_code == 410
    assert not Person.objects.filter(handle="zoe").exists()
    assert client.get("/groups/").status_code == 302
    assert members_of(ana.group) == {"ana", "ben", "caro", "eva"}


# --- The first one of all ---------------------------------------------------------------------------------------------


def test_the_founding_link_makes_one_account_and_leads_on_to_the_first_group(db: None) -> None:
    place, client = f"/start/{actions.make_founding_link()}/", Client()
    answer = client.post(place, ACCOUNT)
    assert answer["Location"] == "/groups/found/"
    assert client.get("/groups/found/").status_code == 200
    assert Client().get(place).status_code == 410
    assert not FoundingLink.objects.exists()


def test_a_founding_account_that_cannot_be_made_leaves_the_link_as_it_was(db: None) -> None:
    place = f"/start/{actions.make_founding_link()}/"
    assert Client().post(place, {**ACCOUNT, "password2": "another"}).status_code == 422
    assert Client().post(place, ACCOUNT).status_code == 302


def test_a_new_founding_link_ends_the_one_before(db: None) -> None:
    first, second = (actions.make_founding_link() for _ in range(2))
    assert Client().get(f"/start/{first}/").status_code == 410
    assert Client().get(f"/start/{second}/").status_code == 200


def test_trying_links_one_after_the_other_is_stopped_also_for_a_good_one(
    link: Callable[..., str], dee: Membership, sign_in: SignIn
) -> None:
    good, client = link(), sign_in(dee)
    for number in range(guessing.MOST_IN_AN_HOUR):
        place = ("join", "start")[number % 2]
        assert client.get(f"/{place}/{number}/").status_code == 410
    for place in ("/join/another/", good, f"{good}account/", "/start/another/"):
        assert client.get(place).status_code == 429
        assert client.post(place).status_code == 429


def test_an_open_link_does_not_count_as_a_try(link: Callable[..., str], dee: Membership, sign_in: SignIn) -> None:
    place, client = link(), sign_in(dee)
    for _ in range(guessing.MOST_IN_AN_HOUR + 1):
        assert client.get(place).status_code == 200
