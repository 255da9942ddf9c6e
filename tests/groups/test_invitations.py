"""Coming in by link: shown once, limited, taken back; nothing happens by just opening it."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from groups import actions
from groups.models import Invitation, Membership, Person
from groups.models.invitations import hash_token
from hrplatform import isolation
from tests.conftest import PASSPHRASE


@pytest.fixture
def token(ana, as_member) -> str:
    with as_member(ana):
        return actions.invite(by=ana)[1]


def sign_up(client, token: str, handle: str = "eli"):
    facts = {"username": handle, "password1": PASSPHRASE, "password2": PASSPHRASE}
    return client.post(f"/join/{token}/account/", facts)


def test_a_coordinator_gets_a_link_once(ana, sign_in):
    client = sign_in(ana)
    page = client.post(f"/groups/{ana.group.slug}/invitations/", {"maximum_uses": 2, "days": 7, "standing": "peer"})
    link = re.search(r'value="(http[^"]+/join/([^/"]+)/)"', page.content.decode())
    assert link
    assert "<svg" in page.content.decode()
    assert link[2] not in client.get(f"/groups/{ana.group.slug}/invitations/").content.decode()


def test_the_table_holds_only_a_hash(ana, token, as_member):
    with as_member(ana):
        assert Invitation.objects.get().token_hash == hash_token(token) != token


def test_a_visitor_sees_which_group_and_makes_an_account_and_is_a_member(ana, token, visitor, as_member):
    assert "Night Union" in visitor.get(f"/join/{token}/").content.decode()
    answer = sign_up(visitor, token)
    assert answer.url == f"/groups/{ana.group.slug}/"
    assert visitor.get(answer.url).status_code == 200
    with as_member(ana):
        assert Membership.objects.active().filter(person__handle="eli", group=ana.group).count() == 1


def test_a_new_account_takes_the_time_zone_of_the_group_and_the_language_of_the_page(ana, token, visitor):
    visitor.post(
        f"/join/{token}/account/",
        {"username": "eli", "password1": PASSPHRASE, "password2": PASSPHRASE},
        headers={"accept-language": "es"},
    )
    eli = Person.objects.get(handle="eli")
    assert (eli.time_zone, eli.language) == ("America/New_York", "es")


def test_opening_the_link_changes_nothing(ana, token, visitor, as_member):
    visitor.get(f"/join/{token}/")
    visitor.get(f"/join/{token}/account/")
    with as_member(ana):
        assert Invitation.objects.get().uses == 0


def test_someone_with_an_account_joins_by_one_button(token, dee, ana, sign_in, as_member):
    client = sign_in(dee)
    assert "dee" in client.get(f"/join/{token}/").content.decode()
    assert client.post(f"/join/{token}/").url == f"/groups/{ana.group.slug}/"
    with as_member(ana):
        assert Membership.objects.active().filter(person=dee.person, group=ana.group).exists()


def test_a_member_who_opens_it_again_uses_nothing_up(token, ben, ana, sign_in, as_member):
    assert sign_in(ben).post(f"/join/{token}/").url == f"/groups/{ana.group.slug}/"
    with as_member(ana):
        assert Invitation.objects.get().uses == 0
        assert Membership.objects.active().filter(person=ben.person).count() == 1


def test_a_used_up_link_says_so_and_makes_no_account(token, visitor, dee, sign_in):
    sign_in(dee).post(f"/join/{token}/")
    answer = sign_up(visitor, token)
    assert answer.status_code == 410
    assert "does not work any more" in answer.content.decode()
    assert not Person.objects.filter(handle="eli").exists()


def test_a_link_taken_back_opens_nothing(ana, token, visitor, as_member):
    with as_member(ana):
        actions.revoke_invitation(by=ana, invitation=Invitation.objects.get())
    assert visitor.get(f"/join/{token}/").status_code == 410


def test_an_old_link_opens_nothing(token, visitor):
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        assert visitor.get(f"/join/{token}/").status_code == 410


def test_a_guessed_link_opens_nothing(world, visitor):
    assert visitor.get("/join/AAAAAAAAAAAAAAAAAAAAAAA/").status_code == 410


def test_without_a_link_there_is_no_sign_up(world, visitor):
    page = visitor.get("/sign-up/")
    assert page.status_code == 200
    assert 'name="password1"' not in page.content.decode()
    assert visitor.post("/sign-up/").status_code == 405


def test_a_weak_passphrase_is_refused_in_words_and_the_handle_is_kept(token, visitor):
    answer = visitor.post(f"/join/{token}/account/", {"username": "eli", "password1": "short", "password2": "short"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="eli"' in page
    assert "12" in page
    assert not Person.objects.filter(handle="eli").exists()


def test_handles_are_one_whatever_their_capitals(token, visitor, ben):
    answer = sign_up(visitor, token, handle="BEN")
    assert answer.status_code == 422
    assert Person.objects.filter(handle__iexact="ben").count() == 1


def test_the_founding_link_makes_one_account_and_leads_to_founding(db, visitor, client):
    token = actions.make_founding_link()
    facts = {"username": "first", "password1": PASSPHRASE, "password2": PASSPHRASE}
    assert visitor.get(f"/start/{token}/").status_code == 200
    assert visitor.post(f"/start/{token}/", facts).url == "/groups/found/"
    assert visitor.get("/groups/found/").status_code == 200
    assert client.post(f"/start/{token}/", {**facts, "username": "second"}).status_code == 410
    assert not Person.objects.filter(handle="second").exists()


def test_a_new_founding_link_ends_the_one_before(db, visitor):
    old, new = actions.make_founding_link(), actions.make_founding_link()
    assert visitor.get(f"/start/{old}/").status_code == 410
    assert visitor.get(f"/start/{new}/").status_code == 200


def test_two_people_cannot_both_take_the_last_use(ana, token, dee, as_member):
    with as_member(dee):
        actions.accept_invitation(by=dee.person, token=token)
    late = Person.objects.create_user(handle="late", password=PASSPHRASE)
    with isolation.context(person=late.pk), pytest.raises(actions.InvitationOver):
        actions.accept_invitation(by=late, token=token)
