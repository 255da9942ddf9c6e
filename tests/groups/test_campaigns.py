"""Campaigns: what we demand, what we do for it, and what little of it leaves the group."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.test import Client

from groups.actions import campaigns as actions
from groups.models import Campaign, CampaignAction, Group, SharedCampaign
from groups.models.campaigns import protected
from hrplatform import isolation
from tests.groups.outward import campaign_of, record_of

FORM = {
    "title": "Open at night", "demand": "A room that is open at night.", "target": "The town hall",
    "allies": "the nurses of the night bus", "state": "running", "result": "",
}  # fmt: skip


@pytest.fixture
def place(ana) -> str:
    return f"/groups/{ana.group.slug}/campaigns/"


@pytest.fixture
def public(ana, as_member) -> None:
    with as_member(ana):
        Group.objects.filter(pk=ana.group_id).update(visibility="public", area="Hill")
        ana.group.visibility = "public"


@pytest.fixture
def share(ana, as_member):
    def shared(campaign: Campaign, audience: str = "public", says_records: bool = True) -> SharedCampaign:
        with as_member(ana):
            return actions.share_campaign(by=ana, campaign=campaign, audience=audience, says_records=says_records)

    return shared


def test_any_member_starts_a_campaign_and_adds_what_is_done_on_a_day(ben, caro, place, sign_in, as_member):
    page = sign_in(ben).post(f"{place}start/", FORM)["Location"]
    action = {"on": date.today().isoformat(), "what": "we stand in front of it", "entry": str(uuid4())}
    for _ in range(2):
        assert sign_in(caro).post(f"{page}act/", action).status_code == 302
    shown = sign_in(caro).get(page).content.decode()
    for words in ("Open at night", "the nurses of the night bus", "running"):
        assert words in shown
    assert shown.count("we stand in front of it") == 1
    assert f"{page}edit/" not in shown
    with as_member(ben):
        stored = Campaign.objects.values_list("title", "demand", "target", "allies").get()
        assert not [value for value in stored if b"night" in bytes(value) or b"town" in bytes(value)]


@pytest.mark.parametrize(
    ("field", "value"),
    [("title", ""), ("title", "x" * 121), ("demand", ""), ("demand", "\x00"), ("state", "lost"), ("target", "x" * 201)],
)
def test_what_cannot_be_is_refused_at_its_field(field, value, ben, place, sign_in, as_member):
    answer = sign_in(ben).post(f"{place}start/", {**FORM, field: value})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    with as_member(ben):
        assert not Campaign.objects.exists()


@pytest.mark.parametrize("on", ["", "0000-01-01", "31/31/2030", "9999-12-31", "1900-01-01"])
def test_an_action_on_an_absurd_day_is_refused(on, ben, place, sign_in, as_member):
    campaign = campaign_of(ben)
    answer = sign_in(ben).post(f"{place}{campaign.pk}/act/", {"on": on, "what": "we go"})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["on"]
    assert "open at night" in answer.content.decode()


def test_whoever_added_an_action_takes_it_away_and_others_do_not(ana, ben, caro, sign_in, as_member):
    campaign = campaign_of(ana)
    with as_member(ben):
        deed = actions.add_campaign_action(by=ben, campaign=campaign, entry=uuid4(), on=date.today(), what="we go")
    address = f"/groups/{ana.group.slug}/deeds/{deed.pk}/remove/"
    assert sign_in(caro).post(address).status_code == 403
    assert sign_in(ben).post(address).status_code == 302
    with as_member(ana):
        assert not CampaignAction.objects.exists()


def test_a_campaign_is_never_too_full_to_read(ben, place, sign_in, as_member, monkeypatch):
    monkeypatch.setattr(actions, "MOST_ACTIONS", 1)
    campaign = campaign_of(ben)
    form = {"on": date.today().isoformat(), "what": "we go"}
    assert sign_in(ben).post(f"{place}{campaign.pk}/act/", form).status_code == 302
    assert sign_in(ben).post(f"{place}{campaign.pk}/act/", form).status_code == 422


def test_the_list_costs_the_same_however_long(ana, ben, place, sign_in, django_assert_max_num_queries):
    client = sign_in(ben)
    client.get(place)  # the first page asks what the instance is called
    addresses = [place, f"/groups/{ana.group.slug}/rights/"]

    def count(address: str) -> int:
        with django_assert_max_num_queries(40) as captured:
            client.get(address)
        # Without the session, which says now and then that it is still in use.
        asked = [query["sql"] for query in captured.captured_queries if query["sql"].startswith("SELECT")]
        return len([sql for sql in asked if "django_session" not in sql])

    counts = []
    for number in (2, 10):
        for _ in range(number):
            campaign_of(ana)
            record_of(ben)
        counts.append([count(address) for address in addresses])
    assert counts[0] == counts[1]


# --- What leaves the group --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "leaves"), [(0, 0), (1, 0), (4, 0), (5, 5), (6, 5), (9, 5), (10, 10), (123, 120)])
def test_a_number_leaves_in_steps_so_that_neither_few_nor_one_more_shows(count, leaves):
    assert protected(count) == leaves


@pytest.mark.parametrize(("linked", "words"), [(0, "fewer than 5"), (4, "fewer than 5"), (6, "at least 5")])
def test_only_records_that_may_be_counted_are_counted_and_never_exactly(
    linked, words, public, ana, ben, share, as_member
):
    campaign = campaign_of(ana)
    records = [record_of(ben, consent_statistics=True) for _ in range(linked)]
    records += [record_of(ben, consent_publication=True) for _ in range(3)]
    with as_member(ana):
        actions.link_records(by=ana, campaign=campaign, rights_records=records)
    assert share(campaign).records_in_words == f"{words} records"
    assert share(campaign, says_records=False).records_in_words == ""


def test_a_public_campaign_is_read_by_a_visitor_without_allies_or_words_of_records(public, ana, ben, share, as_member):
    campaign = campaign_of(ana, allies="the night bus", target="the town hall")
    with as_member(ana):
        actions.link_records(
            by=ana, campaign=campaign, rights_records=[record_of(ben, consent_statistics=True, what="pushed")]
        )
    share(campaign)
    shared = Campaign.objects.public_of(ana.group).running().get()  # nobody is signed in here
    told = str(shared.__dict__)
    assert "a room that is open at night" in told
    page = Client().get(f"/en/near/{ana.group.slug}/").content.decode()
    assert "a room that is open at night" in page
    assert "fewer than 5 records" in page
    assert "night bus" not in page
    assert "the town hall" in told
    assert "night bus" not in told
    assert "pushed" not in told


def test_a_group_that_is_public_no_longer_takes_its_campaigns_along(public, ana, share, as_member):
    share(campaign_of(ana))
    with as_member(ana):
        Group.objects.filter(pk=ana.group_id).update(visibility="listed")
    assert not SharedCampaign.objects.exists()


def test_who_is_neither_public_nor_in_a_network_has_nobody_to_share_with(ana, place, sign_in, share):
    campaign = campaign_of(ana)
    for audience in ("public", "network"):
        with pytest.raises(actions.NobodyToShareWith):
            share(campaign, audience)
    client = sign_in(ana)
    assert "There is nobody to share it with" in client.get(f"{place}{campaign.pk}/share/").content.decode()
    assert client.post(f"{place}{campaign.pk}/share/", {"audience": "public"}).status_code == 422


def test_shared_with_the_network_it_is_read_by_its_groups_and_by_nobody_else(ana, dee, world, share, sign_in):
    shown = f"/groups/{dee.group.slug}/campaigns/"
    with isolation.context(groups=[world.union.pk, world.elsewhere.pk]):
        Group.objects.filter(pk=world.elsewhere.pk).update(kind="network", visibility="listed")
        Group.objects.filter(pk=world.union.pk).update(network=world.elsewhere)
    ana.group.network_id = world.elsewhere.pk
    shared = share(campaign_of(ana), "network")
    assert "open at night" in sign_in(dee).get(shown).content.decode()
    assert sign_in(dee).get(f"/groups/{dee.group.slug}/demands/{shared.pk}/").status_code == 200
    assert not SharedCampaign.objects.exists()
    with isolation.context(groups=[world.union.pk]):
        Group.objects.filter(pk=world.union.pk).update(network=None)
    assert "open at night" not in sign_in(dee).get(shown).content.decode()


def test_names_and_places_are_asked_about_before_it_is_shared_and_it_can_be_taken_back(
    public, ana, place, sign_in, as_member
):
    campaign = campaign_of(ana, demand="we ask Maria to open the room")
    address, client = f"{place}{campaign.pk}/share/", sign_in(ana)
    assert client.post(address, {"audience": "public"}).status_code == 422
    assert client.post(address, {"audience": "public", "may_stay": ["Maria"]}).status_code == 302
    assert Campaign.objects.public_of(ana.group).exists()
    for _ in range(2):
        assert client.post(f"{place}{campaign.pk}/unshare/").status_code == 302
    assert not Campaign.objects.public_of(ana.group).exists()


def test_removed_it_is_gone_inside_and_outside(public, ana, place, share, sign_in, as_member):
    campaign = campaign_of(ana)
    share(campaign)
    assert sign_in(ana).post(f"{place}{campaign.pk}/remove/").status_code == 302
    assert not SharedCampaign.objects.exists()
    assert Client().get("/en/near/").status_code == 200
    with as_member(ana):
        assert not Campaign.objects.exists()


def test_actions_are_told_by_day(public, ana, share, as_member):
    campaign = campaign_of(ana)
    with as_member(ana):
        for days, what in ((7, "second"), (1, "first")):
            on = date.today() + timedelta(days=days)
            actions.add_campaign_action(by=ana, campaign=campaign, entry=uuid4(), on=on, what=what)
    assert [what for _, what in share(campaign).days] == ["first", "second"]
