"""Personal tokens: made by whoever just typed their passphrase, shown once, kept as a hash, taken back in one tap."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from groups import actions
from groups.actions.tokens import MOST_TOKENS, bearer
from groups.models import ApiToken
from groups.models.invitations import hash_token
from hrplatform import isolation
from tests.conftest import PASSPHRASE, World

FORM = {"name": "Calendar on my laptop", "scopes": ["meetings:read"], "group": "", "days": "30"}


@pytest.fixture
def ana_at_home(world: World) -> Client:
    """Ana, who has just typed her passphrase."""
    client = Client()
    assert client.post("/sign-in/", {"login": "ana", "password": PASSPHRASE}).status_code == 302
    return client


def tokens_of(world: World) -> list[ApiToken]:
    with isolation.context(person=world.ana.person_id):
        return list(ApiToken.objects.select_related("person"))


def test_a_token_is_shown_once_and_only_its_hash_is_kept(ana_at_home: Client, world: World) -> None:
    page = ana_at_home.post("/me/tokens/new/", FORM)
    secret = page.context["secret"]
    assert secret in page.content.decode()
    [token] = tokens_of(world)
    assert token.token_hash == hash_token(secret)
    assert token.scopes == ["meetings:read"]
    assert token.expires_on == date.today() + timedelta(days=30)
    assert secret not in ana_at_home.get("/me/tokens/").content.decode()


def test_making_one_asks_for_the_passphrase_again(ana, sign_in, ana_at_home: Client) -> None:
    answer = sign_in(ana).get("/me/tokens/new/")
    assert answer.headers["Location"] == "/account/reauthenticate/?next=%2Fme%2Ftokens%2Fnew%2F"
    assert ana_at_home.get("/me/tokens/new/").status_code == 200
    with time_machine.travel(date.today() + timedelta(days=1)):
        assert sign_in(ana).post("/me/tokens/new/", FORM).status_code == 302


def test_the_way_through_the_passphrase_leads_back(ana, sign_in) -> None:
    client = sign_in(ana)
    answer = client.post("/account/reauthenticate/", {"password": PASSPHRASE, "next": "/me/tokens/new/"})
    assert answer.headers["Location"] == "/me/tokens/new/"
    assert client.get("/me/tokens/new/").status_code == 200


def test_a_token_for_one_group_names_it(ana_at_home: Client, world: World) -> None:
    ana_at_home.post("/me/tokens/new/", {**FORM, "group": str(world.ana.pk)})
    assert [token.membership_id for token in tokens_of(world)] == [world.ana.pk]
    assert "Night Union" in ana_at_home.get("/me/tokens/").content.decode()


@pytest.mark.parametrize(
    "wrong", [{"scopes": []}, {"scopes": ["everything"]}, {"name": " \u200b"}, {"name": "a\x00b"}, {"days": "99999"}]
)
def test_a_token_that_makes_no_sense_is_not_made(wrong, ana_at_home: Client, world: World) -> None:
    assert ana_at_home.post("/me/tokens/new/", {**FORM, **wrong}).status_code == 422
    assert tokens_of(world) == []


def test_a_token_for_a_group_one_is_not_in_is_not_made(ana_at_home: Client, world: World) -> None:
    for foreign in (world.dee.pk, world.ben.pk):
        assert ana_at_home.post("/me/tokens/new/", {**FORM, "group": str(foreign)}).status_code == 422
    assert tokens_of(world) == []


def test_a_token_taken_back_opens_nothing_and_leaves_nothing(ana_at_home: Client, world: World) -> None:
    secret = ana_at_home.post("/me/tokens/new/", FORM).context["secret"]
    [token] = tokens_of(world)
    assert ana_at_home.post(f"/me/tokens/{token.pk}/revoke/").status_code == 302
    assert bearer(secret=secret) is None
    assert tokens_of(world) == []


def test_nobody_takes_back_or_sees_another_persons_token(ana_at_home: Client, ben, sign_in, world: World) -> None:
    ana_at_home.post("/me/tokens/new/", FORM)
    [token] = tokens_of(world)
    assert sign_in(ben).post(f"/me/tokens/{token.pk}/revoke/").status_code == 404
    assert FORM["name"] not in sign_in(ben).get("/me/tokens/").content.decode()
    assert len(tokens_of(world)) == 1


def test_the_day_of_the_last_use_is_kept_and_no_moment(ana_at_home: Client, world: World) -> None:
    secret = ana_at_home.post("/me/tokens/new/", FORM).context["secret"]
    assert tokens_of(world)[0].last_used_on is None
    bearer(secret=secret)
    assert tokens_of(world)[0].last_used_on == date.today()
    assert type(tokens_of(world)[0].last_used_on) is date


def test_there_is_an_end_to_how_many_one_person_has(world: World) -> None:
    with isolation.context(person=world.ana.person_id):
        for _ in range(MOST_TOKENS):
            actions.make_token(by=world.ana.person, name="x", scopes=["groups:read"], days=7)
        with pytest.raises(actions.TooManyTokens):
            actions.make_token(by=world.ana.person, name="x", scopes=["groups:read"], days=7)


def test_the_list_asks_the_same_number_of_questions_whatever_its_length(ana, sign_in) -> None:
    client = sign_in(ana)
    counts = []
    for more in (2, 10):
        with isolation.context(person=ana.person_id):
            for _ in range(more):
                actions.make_token(by=ana.person, name="x", scopes=["groups:read"], days=7, membership=ana)
        with CaptureQueriesContext(connection) as asked:
            client.get("/me/tokens/")
        # When a session was last seen is written now and then.
        counts.append(len([each for each in asked if '"groups_' in each["sql"]]))
    assert counts[0] == counts[1]
