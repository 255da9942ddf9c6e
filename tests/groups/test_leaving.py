"""Leaving a group, being removed by a decision, erasing oneself: powers go back, counts stay true, words as chosen."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.db import models
from django.test import Client
from django.utils import timezone

from groups import actions
from groups.actions.journal import first_broken_entry
from groups.actions.memberships import add_member
from groups.actions.taking_along import groups_to_remove, remove_group
from groups.actions.words import models_with_writers
from groups.models import Application, Group, Invitation, Membership, Person, Power, Proposal, Reminder, RoleTerm
from hrplatform import isolation
from outreach.actions import log_contact
from outreach.models import Contact
from outreach.models.contacts import new_contact_id
from tests.conftest import PASSPHRASE, make_person

AsMember = Callable[[Membership], AbstractContextManager[None]]
SignIn = Callable[..., Client]


TEXTS = models.CharField | models.TextField | models.BinaryField


def again(membership: Membership) -> Membership:
    return Membership.objects.select_related("group", "person").get(pk=membership.pk)


def decision(about: Membership, effect: str = "remove_member", **facts: Any) -> Proposal:
    """What members have decided about someone."""
    adopted = {"state": Proposal.State.CLOSED, "outcome": Proposal.Outcome.ADOPTED, **facts}
    return Proposal(group_id=about.group_id, effect=effect, effect_on=about.pk, **adopted)


@pytest.fixture
def contact(caro: Membership, as_member: AsMember) -> Contact:
    """Caro logged one contact, with a note."""
    now = timezone.now()
    with as_member(caro):
        return log_contact(by=again(caro), id=new_contact_id(now), at=now, used_returned=5, note="Left by the stairs.")


def proved(client: Client) -> Client:
    """Typed the passphrase again, just now."""
    answer = client.post("/account/reauthenticate/", {"password": PASSPHRASE})
    assert answer.status_code == 302
    return client


# --- Leaving a group --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("form", "note"), [({}, "Left by the stairs."), ({"words": "go"}, "")])
def test_whoever_leaves_chooses_what_becomes_of_their_words_and_counts_stay(
    form, note, contact, caro, sign_in, as_member
):
    assert sign_in(caro).post(f"/groups/{caro.group.slug}/leave/", form).status_code == 302
    with isolation.context(groups=[caro.group_id]):
        kept = Contact.objects.select_related("group").get(pk=contact.pk)
        assert (kept.used_returned, kept.worker_id, kept.note) == (5, None, note)
        assert not RoleTerm.objects.current().filter(membership=caro).exists()


def test_a_choice_that_nobody_offered_is_refused(caro, sign_in):
    assert sign_in(caro).post(f"/groups/{caro.group.slug}/leave/", {"words": "sell"}).status_code == 422


def test_leaving_twice_is_leaving_once(ben, as_member):
    with as_member(ben):
        twice = again(ben)
        actions.leave_group(by=again(ben))
        actions.leave_group(by=twice)
        assert Membership.objects.filter(person=ben.person, group=ben.group).count() == 1


def test_what_is_written_by_someone_says_which_words_go_with_them():
    """Every model with `written_by` is in the registry, and what it names can be blanked."""
    written = {model for model in apps.get_models() if any(field.name == "written_by" for field in model._meta.fields)}
    registered = {model: (writer, words) for model, writer, words in models_with_writers()}
    assert written <= set(registered)
    for model, (writer, words) in registered.items():
        assert model._meta.get_field(writer).null, model
        assert all(
            isinstance(model._meta.get_field(word), models.CharField | models.TextField | models.BinaryField)
            for word in words
        )


# --- Removal ----------------------------------------------------------------------------------------------------------


def test_a_decision_ends_a_membership_and_the_person_is_told(ana, caro, as_member, sign_in):
    with as_member(ana):
        _, token = actions.invite(by=ana, maximum_uses=9)
        actions.remove_member(by=again(ana), member=again(caro), decision=decision(caro))
        actions.remove_member(by=again(ana), member=again(caro), decision=decision(caro))
        assert again(caro).left_on == date.today()
        assert not RoleTerm.objects.current().filter(membership=caro).exists()
        told = Reminder.objects.filter(person=caro.person, occasion=Reminder.Occasion.REMOVED, channel="in_app")
        assert told.count() == 1
        assert not Invitation.objects.usable().exists()
    client = sign_in(caro)
    assert client.get(f"/groups/{ana.group.slug}/").status_code == 404
    assert client.post(f"/join/{token}/", {"standing": "peer"}).status_code == 410


@pytest.mark.parametrize("effect", ["none", "fill_role"])
def test_nobody_is_removed_without_a_decision_about_them(effect, ana, ben, caro, as_member):
    rejected = decision(caro, outcome=Proposal.Outcome.REJECTED)
    used_up = decision(caro, carried_out_at=timezone.now())
    for wrong in (decision(caro, effect), decision(ben), rejected, used_up):
        with as_member(ana), pytest.raises(PermissionDenied):
            actions.remove_member(by=again(ana), member=again(caro), decision=wrong)


# --- Erasing oneself --------------------------------------------------------------------------------------------------


def test_erasing_oneself_asks_for_the_passphrase_again(ben, sign_in):
    client = sign_in(ben)
    for answer in (client.get("/me/erase/"), client.post("/me/erase/", {"sure": "on"})):
        assert answer["Location"].startswith("/account/reauthenticate/")
    assert Person.objects.filter(handle="ben").exists()
    assert "Erase my account" in proved(client).get("/me/erase/").content.decode()


def test_nothing_is_erased_until_one_says_that_one_is_sure(ben, sign_in):
    assert proved(sign_in(ben)).post("/me/erase/", {"words": "go"}).status_code == 422
    assert Person.objects.filter(handle="ben").exists()


def test_an_erased_person_is_gone_and_what_is_counted_stays(contact, ana, caro, dee, sign_in, as_member):
    with isolation.context(person=dee.person_id, groups=[dee.group_id]):
        elsewhere = add_member(by=again(dee), person=caro.person, standing="peer")
        actions.leave_group(by=again(elsewhere))
        Application.objects.create(group=dee.group, person=caro.person)
    other, client = sign_in(caro), proved(sign_in(caro))
    answer = client.post("/me/erase/", {"words": "go", "sure": "on"}, follow=True)
    assert "Your account is erased" in answer.content.decode()
    assert not Person.objects.filter(handle="caro").exists()
    for each in (other, client):
        assert each.get("/me/").status_code == 302
    assert not [s for s in Session.objects.all() if s.get_decoded().get("_auth_user_id") == str(caro.person_id)]
    with as_member(ana):
        kept = Contact.objects.select_related("group").get(pk=contact.pk)
        assert (kept.used_returned, kept.worker_id, kept.note) == (5, None, "")
        nobody = Membership.objects.select_related("person").get(pk=caro.pk)
        assert (nobody.person.handle, nobody.left_on) == (Person.NOBODY, date.today())
        assert RoleTerm.objects.filter(membership=nobody).exists()
        assert first_broken_entry(Group.objects.get(pk=ana.group_id)) is None
    with isolation.context(groups=[dee.group_id]):
        assert Membership.objects.get(pk=elsewhere.pk).person_id == nobody.person_id
        assert not Application.objects.exists()


def test_the_account_of_everyone_who_left_opens_nothing(ben, sign_in, visitor):
    proved(sign_in(ben)).post("/me/erase/", {"sure": "on"})
    nobody = Person.objects.get(handle=Person.NOBODY)
    assert not nobody.is_active
    assert not nobody.has_usable_password()
    assert visitor.post("/sign-in/", {"login": Person.NOBODY, "password": ""}).status_code == 422


def test_two_who_erase_themselves_become_the_same_nobody(ana, ben, caro, as_member, sign_in):
    for member in (ben, caro):
        proved(sign_in(member)).post("/me/erase/", {"sure": "on"})
    with as_member(ana):
        assert Membership.objects.filter(person__handle=Person.NOBODY, group=ana.group).count() == 2


def test_when_the_last_coordinator_erases_themselves_the_others_can_take_the_group_on(ana, ben, sign_in, as_member):
    assert "Nobody else coordinates Night Union" in proved(sign_in(ana)).get("/me/erase/").content.decode()
    proved(sign_in(ana)).post("/me/erase/", {"sure": "on"})
    with as_member(ben):
        assert again(ben).group.without_coordinator_since == date.today()
        assert Reminder.objects.filter(person=ben.person, occasion=Reminder.Occasion.TAKEOVER).exists()


# --- How one stands ---------------------------------------------------------------------------------------------------


def test_one_says_how_one_stands_and_nobody_is_shown_it(ana, ben, sign_in, as_member):
    client, place = sign_in(ben), f"/groups/{ben.group.slug}/"
    assert client.post(f"{place}standing/", {"standing": "boss"}).status_code == 422
    assert client.post(f"{place}standing/", {"standing": "ally"}).status_code == 302
    with as_member(ana):
        assert again(ben).standing == "ally"
    for page in ("", "members/", "roles/", "terms/", "journal/"):
        shown = sign_in(ana).get(place + page).content.decode()
        assert "ally" not in shown.lower().replace("really", "").replace("personally", "").split("</nav>")[-1]


def test_a_new_person_can_be_erased_too(db, sign_in):
    person = make_person("alone")
    proved(sign_in(person)).post("/me/erase/", {"sure": "on"})
    assert not Person.objects.filter(handle="alone").exists()


def test_powers_of_someone_erased_are_gone(ana, ben, sign_in, as_member):
    with as_member(ana):
        actions.set_powers(by=ana, member=ben, powers=[Power.TREASURER])
    proved(sign_in(ben)).post("/me/erase/", {"sure": "on"})
    with as_member(ana):
        assert again(ben).powers == frozenset()


def test_with_the_last_member_the_group_goes(sign_in, dee, as_member):
    page = f"/groups/{dee.group.slug}/leave/"
    client = sign_in(dee)
    assert "the group and everything in it is erased" in client.get(page).content.decode()
    assert client.post(page, {"words": "stay"}).status_code == 302
    with isolation.context(errand="upkeep"):
        assert dee.group_id in groups_to_remove()
    with as_member(dee):
        remove_group(group=dee.group_id)
        assert not Group.objects.filter(pk=dee.group_id).exists()


def test_who_is_not_the_last_hears_nothing_of_erasing(sign_in, ana):
    assert "is erased" not in sign_in(ana).get(f"/groups/{ana.group.slug}/leave/").content.decode()
