"""Places of outreach: said by who keeps the supplies, as roughly as they like."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from groups import actions as group_actions
from groups.models import JournalEntry, Power
from outreach import actions
from outreach.actions.sites import MOST_SITES
from outreach.models import Site


@pytest.fixture
def supplies_page(ana):
    return f"/groups/{ana.group.slug}/supplies/"


@pytest.fixture
def new_site_page(ana):
    return f"/groups/{ana.group.slug}/sites/new/"


@pytest.fixture
def site_page(van):
    return f"/groups/{van.group.slug}/sites/{van.pk}/"


@pytest.fixture
def sites(ana, as_member):
    def found():
        with as_member(ana):
            return list(Site.objects.values_list("name", "kind", "area", "is_active"))

    return found


def test_a_place_added_here_can_be_chosen_when_logging(sign_in, ana, caro, new_site_page, log_page, sites):
    form = {"name": "The corner", "kind": "fixed", "area": "East side"}
    assert "The corner" in sign_in(ana).post(new_site_page, form, follow=True).content.decode()
    assert sites() == [("The corner", "fixed", "East side", True)]
    assert "The corner</option>" in sign_in(caro).get(log_page).content.decode()


def test_the_form_says_never_an_address(sign_in, ana, new_site_page):
    assert "never an address" in sign_in(ana).get(new_site_page).content.decode()


def test_who_keeps_the_stock_may_add_places_without_coordinating(sign_in, ana, ben, as_member, new_site_page, sites):
    with as_member(ana):
        group_actions.set_powers(by=ana, member=ben, powers=[Power.KEEP_STOCK])
    sign_in(ben).post(new_site_page, {"name": "Machine", "kind": "machine"})
    assert sites() == [("Machine", "machine", "", True)]


@pytest.mark.parametrize("who", ["ben", "caro"])
def test_a_member_who_does_not_keep_supplies_changes_no_place(who, world, as_member, van):
    member = getattr(world, who)
    with as_member(member), pytest.raises(PermissionDenied):
        actions.make_site(by=member, name="Mine", kind="fixed")
    with as_member(member), pytest.raises(PermissionDenied):
        actions.change_site(by=member, site=van, name="Mine")


def test_a_group_without_places_is_shown_the_first_step(sign_in, ana, supplies_page, new_site_page):
    page = sign_in(ana).get(supplies_page).content.decode()
    assert "No place in use yet" in page
    assert new_site_page in page


def test_changing_a_place_changes_what_is_said_of_it(sign_in, ana, site_page, sites):
    assert 'value="The van"' in sign_in(ana).get(site_page).content.decode()
    sign_in(ana).post(site_page, {"name": "The bus", "kind": "mobile", "area": "North"})
    assert sites() == [("The bus", "mobile", "North", True)]


def test_a_place_that_is_put_away_cannot_be_chosen_until_it_is_taken_back(
    sign_in, ana, caro, site_page, log_page, log, contacts, van
):
    log(site=van, used_returned=1)
    client, worker = sign_in(ana), sign_in(caro)
    assert "Put away: 1" in client.post(site_page, {"use": "no"}, follow=True).content.decode()
    assert "The van</option>" not in worker.get(log_page).content.decode()
    assert contacts()[0].site_id == van.pk
    client.post(site_page, {"use": "yes"})
    assert "The van</option>" in worker.get(log_page).content.decode()


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"kind": "fixed"}, "This field is required"),
        ({"name": "Corner"}, "This field is required"),
        ({"name": "Corner", "kind": "palace"}, "Select a valid choice"),
        ({"name": "x" * 61, "kind": "fixed"}, "at most 60 characters"),
        ({"name": "Corner", "kind": "fixed", "area": "x" * 81}, "at most 80 characters"),
        ({"name": "a\x00b", "kind": "fixed"}, "Null characters"),
        ({"name": "the VAN", "kind": "fixed"}, "Another place has this name"),
    ],
)
def test_bad_input_gives_the_page_again_with_a_sentence_and_writes_nothing(
    sign_in, ana, new_site_page, van, sites, form, sentence
):
    before = sites()
    answer = sign_in(ana).post(new_site_page, form)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert sites() == before


def test_the_action_refuses_what_no_form_would_send(ana, as_member):
    with as_member(ana):
        for facts in ({"name": "", "kind": "fixed"}, {"name": "Corner", "kind": "palace"}):
            with pytest.raises(ValidationError):
                actions.make_site(by=ana, **facts)


def test_the_name_of_a_place_that_was_put_away_is_explained(ana, as_member, van):
    with as_member(ana):
        actions.change_site(by=ana, site=van, is_active=False)
        with pytest.raises(ValidationError, match="put away has this name"):
            actions.make_site(by=ana, name="The van", kind="mobile")


def test_there_is_an_end_to_how_many_places_are_in_use(sign_in, ana, as_member, new_site_page, sites):
    with as_member(ana):
        for number in range(MOST_SITES):
            actions.make_site(by=ana, name=f"Place {number}", kind="fixed")
    page = sign_in(ana).post(new_site_page, {"name": "One more", "kind": "fixed"}).content.decode()
    assert "A group can have 60 places in use. Put one away first." in page
    assert len(sites()) == MOST_SITES


def test_the_journal_says_who_added_and_changed_a_place(ana, as_member):
    with as_member(ana):
        site = actions.make_site(by=ana, name="Corner", kind="fixed")
        actions.change_site(by=ana, site=site, is_active=False)
        entries = JournalEntry.objects.filter(object_id=site.pk).order_by("number")
        assert [(entry.actor, entry.verb, entry.described) for entry in entries] == [
            (ana.person_id, "make_site", "Place added"),
            (ana.person_id, "change_site", "Place changed"),
        ]


def test_another_groups_place_is_not_there(sign_in, ana, dee, as_member):
    with as_member(dee):
        theirs = actions.make_site(by=dee, name="Theirs", kind="fixed")
    client = sign_in(ana)
    for group in (ana.group, dee.group):
        assert client.get(f"/groups/{group.slug}/sites/{theirs.pk}/").status_code == 404
        assert client.post(f"/groups/{group.slug}/sites/{theirs.pk}/", {"use": "no"}).status_code == 404
    with as_member(ana), pytest.raises(Site.DoesNotExist):
        actions.change_site(by=ana, site=theirs, name="Ours")
