"""Kits: put together by who keeps the supplies, one tap for who hands them out."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from groups import actions as group_actions
from groups.models import JournalEntry, Power
from hrplatform import isolation
from outreach import actions
from outreach.actions.kits import MOST_KINDS_IN_A_KIT, MOST_KITS
from outreach.models import Item, Kit, KitLine
from tests.outreach.conftest import SYRINGE


@pytest.fixture
def supplies_page(ana):
    return f"/groups/{ana.group.slug}/supplies/"


@pytest.fixture
def new_kit_page(ana):
    return f"/groups/{ana.group.slug}/kits/new/"


@pytest.fixture
def kit_page(night_kit):
    return f"/groups/{night_kit.group.slug}/kits/{night_kit.pk}/"


@pytest.fixture
def kits(ana, as_member):
    """What the union's kits hold, by name."""

    def found():
        with as_member(ana):
            return {
                kit.name: {line.item.slug: line.quantity for line in kit.lines.all()}
                for kit in Kit.objects.prefetch_related("lines__item")
            }

    return found


def number_on(page: str, name: str) -> str:
    return page.partition(f'name="{name}" value="')[2].split('"')[0]


def test_two_quick_taps_make_one_kit(sign_in, ana, new_kit_page, kits):
    client, form = sign_in(ana), {"name": "Night kit", f"item_{SYRINGE}": "10", "item_cookers": "5"}
    assert [client.post(new_kit_page, form).status_code for _ in range(2)] == [302, 302]
    assert kits() == {"Night kit": {SYRINGE: 10, "cookers": 5}}
    with isolation.context(groups=[ana.group_id]):
        assert JournalEntry.objects.filter(verb="make_kit").count() == 1


def test_a_kit_made_here_is_one_tap_when_logging(sign_in, ana, caro, new_kit_page, log_page, kits):
    answer = sign_in(ana).post(
        new_kit_page, {"name": "Night kit", f"item_{SYRINGE}": "10", "item_cookers": "5"}, follow=True
    )
    assert "one tap when you log a contact" in answer.content.decode()
    assert kits() == {"Night kit": {SYRINGE: 10, "cookers": 5}}
    worker = sign_in(caro)
    form = worker.get(log_page).context["form"]
    [row] = form.kit_rows
    assert (row.label, row.summary.split(" ")[0]) == ("Night kit", "10")
    tap = {"id": form.id_to_send, "at": form.at_to_send, row.name: "1"}
    assert "<b>10</b> needle-syringes" in worker.post(log_page, tap, follow=True).content.decode()


def test_who_keeps_the_stock_may_make_kits_without_coordinating(sign_in, ana, ben, as_member, new_kit_page, kits):
    with as_member(ana):
        group_actions.set_powers(by=ana, member=ben, powers=[Power.KEEP_STOCK])
    sign_in(ben).post(new_kit_page, {"name": "Foil", "item_foil": "2"})
    assert kits() == {"Foil": {"foil": 2}}


def test_in_a_circle_everyone_may_make_kits(sign_in, caro):
    with isolation.context(person=caro.person_id):
        circle = group_actions.found_group(by=caro.person, kind="circle", name="Kitchen table")
    assert sign_in(caro).get(f"/groups/{circle.slug}/supplies/").status_code == 200


@pytest.mark.parametrize("who", ["ben", "caro"])
def test_a_member_who_does_not_keep_supplies_changes_no_kit(who, world, as_member, item, night_kit):
    member = getattr(world, who)
    with as_member(member), pytest.raises(PermissionDenied):
        actions.make_kit(by=member, name="Mine", contents={item("foil"): 1})
    with as_member(member), pytest.raises(PermissionDenied):
        actions.change_kit(by=member, kit=night_kit, name="Mine")


def test_the_way_to_the_kits_is_shown_to_who_may_change_them(sign_in, ana, ben, supplies_page):
    group_page = f"/groups/{ana.group.slug}/"
    assert supplies_page in sign_in(ana).get(group_page).content.decode()
    assert supplies_page not in sign_in(ben).get(group_page).content.decode()


def test_a_group_without_kits_is_shown_the_first_step(sign_in, ana, caro, supplies_page, log_page, tonight_page):
    for page in (supplies_page, log_page, tonight_page):
        assert "/kits/new/" in sign_in(ana).get(page).content.decode(), page
    assert "No kit in use yet" in sign_in(ana).get(supplies_page).content.decode()
    for page in (log_page, tonight_page):
        assert "/kits/new/" not in sign_in(caro).get(page).content.decode(), page


def test_a_group_with_a_kit_is_not_asked_again(sign_in, ana, night_kit, log_page, tonight_page):
    for page in (log_page, tonight_page):
        assert "/kits/new/" not in sign_in(ana).get(page).content.decode()


def test_a_stepper_counts_without_saving(sign_in, ana, new_kit_page, kits):
    form = {"name": "Night kit", "symbol": "pipe", "item_foil": "4", "step": "item_foil:+1"}
    answer = sign_in(ana).post(new_kit_page, form)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert number_on(page, "item_foil") == "5"
    assert 'value="Night kit"' in page
    assert "Not saved yet" not in page
    assert 'value="pipe" id="id_symbol_2" checked' in page
    assert kits() == {}


def test_stepping_down_to_none_keeps_the_row_where_it_is(sign_in, ana, kit_page):
    page = sign_in(ana).post(kit_page, {"name": "Night kit", "item_cookers": "1", "step": "item_cookers:-1"})
    assert [row.value for row in page.context["form"].rows_inside if row.name == "item_cookers"] == [0]


def test_the_enter_key_saves_and_does_not_step(sign_in, ana, new_kit_page):
    page = sign_in(ana).get(new_kit_page).content.decode()
    form = page[page.index('<form id="kit"') :]
    assert "step" not in form[form.index("<button") : form.index(">", form.index("<button"))]


def test_changing_a_kit_changes_its_name_symbol_and_contents(sign_in, ana, kit_page, kits, as_member, night_kit):
    before = sign_in(ana).get(kit_page).content.decode()
    assert number_on(before, f"item_{SYRINGE}") == "10"
    sign_in(ana).post(kit_page, {"name": "Morning kit", "symbol": "syringe", f"item_{SYRINGE}": "5", "item_foil": "1"})
    assert kits() == {"Morning kit": {SYRINGE: 5, "foil": 1}}
    with as_member(ana):
        assert Kit.objects.get(pk=night_kit.pk).symbol == "syringe"


def test_past_contacts_keep_their_lines_when_a_kit_changes(ana, log, contacts, as_member, night_kit, item):
    log(kits={night_kit: 2})
    with as_member(ana):
        actions.change_kit(by=ana, kit=night_kit, contents={item("foil"): 1})
        actions.change_kit(by=ana, kit=night_kit, is_active=False)
    [contact] = contacts()
    assert {line.item.slug: line.quantity for line in contact.lines.all()}[SYRINGE] == 20


def test_a_kit_that_is_put_away_is_not_offered_until_it_is_taken_back(
    sign_in, ana, caro, kit_page, supplies_page, log_page, night_kit, kits
):
    client, worker = sign_in(ana), sign_in(caro)
    page = client.post(kit_page, {"use": "no"}, follow=True).content.decode()
    assert "Put away: 1" in page
    assert worker.get(log_page).context["form"].kit_rows == []
    assert len(kits()["Night kit"]) == 3
    client.post(kit_page, {"use": "yes"})
    assert [row.label for row in worker.get(log_page).context["form"].kit_rows] == ["Night kit"]


def test_what_the_operator_took_out_of_the_catalogue_stays_in_the_kit_and_can_be_taken_out(
    sign_in, ana, kit_page, kits
):
    Item.objects.filter(slug="cookers").update(is_active=False)
    client = sign_in(ana)
    form = {row.name: row.value for row in client.get(kit_page).context["form"].rows_inside}
    assert form["item_cookers"] == 10
    client.post(kit_page, {"name": "Night kit", **form, "item_cookers": "0"})
    assert "cookers" not in kits()["Night kit"]


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({}, "This field is required"),
        ({"name": "   "}, "This field is required"),
        ({"name": "Kit"}, "Nothing is in this kit yet"),
        ({"name": "Kit", "item_foil": "0"}, "Nothing is in this kit yet"),
        ({"name": "x" * 41}, "at most 40 characters"),
        ({"name": "a\x00b"}, "Null characters"),
        ({"name": "Kit", "item_foil": "1000"}, "the most is 999"),
        ({"name": "Kit", "item_foil": "-1"}, "Type a whole number, 0 or more"),
        ({"name": "Kit", "item_foil": "1.5"}, "Type a whole number"),
        ({"name": "Kit", "item_foil": "9" * 6000}, "Type a whole number"),
        ({"name": "Kit", "item_foil": "1", "symbol": "skull"}, "Select a valid choice"),
        ({"name": "nIGHT kit", "item_foil": "1"}, "Another kit has this name"),
    ],
)
def test_bad_input_gives_the_page_again_with_a_sentence_and_writes_nothing(
    sign_in, ana, new_kit_page, night_kit, kits, form, sentence
):
    before = kits()
    answer = sign_in(ana).post(new_kit_page, form)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert kits() == before


def test_the_name_of_a_kit_that_was_put_away_is_explained(ana, as_member, night_kit, item):
    with as_member(ana):
        actions.change_kit(by=ana, kit=night_kit, is_active=False)
        with pytest.raises(ValidationError, match="put away has this name"):
            actions.make_kit(by=ana, name="Night kit", contents={item("foil"): 1})


def test_a_kit_may_keep_its_own_name(ana, as_member, night_kit, item):
    with as_member(ana):
        assert actions.change_kit(by=ana, kit=night_kit, name="NIGHT KIT").name == "NIGHT KIT"


def test_there_is_an_end_to_how_many_kits_are_in_use(sign_in, ana, as_member, new_kit_page, kit_page, item, kits):
    client = sign_in(ana)
    with as_member(ana):
        for number in range(MOST_KITS - 1):
            actions.make_kit(by=ana, name=f"Kit {number}", contents={item("foil"): 1})
    page = client.post(new_kit_page, {"name": "One more", "item_foil": "1"}).content.decode()
    assert "A group can have 30 kits in use. Put one away first." in page
    assert len(kits()) == MOST_KITS
    client.post(kit_page, {"use": "no"})
    client.post(new_kit_page, {"name": "One more", "item_foil": "1"})
    assert "30 kits in use" in client.post(kit_page, {"use": "yes"}, follow=True).content.decode()


def test_a_kit_holds_forty_different_things_and_no_more(ana, as_member):
    items = [Item.objects.create(slug=f"thing-{number}", category="other") for number in range(MOST_KINDS_IN_A_KIT + 1)]
    with as_member(ana):
        kit = actions.make_kit(by=ana, name="Forty", contents=dict.fromkeys(items[:-1], 1))
        with pytest.raises(ValidationError, match="at most 40 different things"):
            actions.change_kit(by=ana, kit=kit, contents=dict.fromkeys(items, 1))
        assert KitLine.objects.filter(kit=kit).count() == MOST_KINDS_IN_A_KIT


@pytest.mark.parametrize("quantity", [-1, 1000])
def test_the_action_refuses_impossible_numbers_too(ana, as_member, item, quantity):
    with as_member(ana), pytest.raises(ValidationError, match="too large or below zero"):
        actions.make_kit(by=ana, name="Kit", contents={item("foil"): quantity})


def test_the_journal_says_who_made_and_changed_a_kit(sign_in, ana, as_member, item):
    with as_member(ana):
        kit = actions.make_kit(by=ana, name="Foil", contents={item("foil"): 1})
        actions.change_kit(by=ana, kit=kit, contents={item("foil"): 2})
        entries = JournalEntry.objects.filter(object_id=kit.pk).order_by("number")
        assert [(entry.actor, entry.verb, entry.described) for entry in entries] == [
            (ana.person_id, "make_kit", "Kit made"),
            (ana.person_id, "change_kit", "Kit changed"),
        ]


def test_another_groups_kit_is_not_there(sign_in, ana, dee, as_member, item):
    with as_member(dee):
        theirs = actions.make_kit(by=dee, name="Theirs", contents={item("foil"): 1})
    client = sign_in(ana)
    for group in (ana.group, dee.group):
        assert client.get(f"/groups/{group.slug}/kits/{theirs.pk}/").status_code == 404
        assert client.post(f"/groups/{group.slug}/kits/{theirs.pk}/", {"use": "no"}).status_code == 404
    with as_member(ana), pytest.raises(Kit.DoesNotExist):
        actions.change_kit(by=ana, kit=theirs, name="Ours")


def test_more_kits_do_not_take_more_queries(sign_in, ana, as_member, item, supplies_page):
    client = sign_in(ana)

    def queries():
        client.get(supplies_page)
        with CaptureQueriesContext(connection) as counted:
            client.get(supplies_page)
        # The name of the instance is asked for again every few seconds, whichever page it is.
        return len([query for query in counted if "instancesettings" not in query["sql"]])

    with as_member(ana):
        actions.make_kit(by=ana, name="One", contents={item("foil"): 1})
        actions.make_site(by=ana, name="One", kind="fixed")
    before = queries()
    with as_member(ana):
        for number in range(9):
            actions.make_kit(by=ana, name=f"Kit {number}", contents={item("foil"): 1, item("cookers"): 2})
            actions.make_site(by=ana, name=f"Place {number}", kind="fixed")
    assert queries() == before
