"""The catalogue that comes with the program."""

from django.conf import settings
from django.core.management import call_command

from outreach.models import Item, ItemName


def test_every_item_has_a_name_in_every_language():
    languages = {code for code, _ in settings.LANGUAGES}
    assert Item.objects.exists()
    assert all({name.language for name in item.names.all()} >= languages for item in Item.objects.all())


def test_every_symbol_is_in_the_sprites():
    drawn = "".join((settings.BASE_DIR / "static" / name).read_text() for name in ("icons.svg", "icons-members.svg"))
    assert [item.symbol for item in Item.objects.all() if f'id="{item.symbol}"' not in drawn] == []


def test_loading_again_adds_nothing(capsys):
    before = (Item.objects.count(), ItemName.objects.count())
    call_command("load_catalogue")
    assert capsys.readouterr().out == "Catalogue: 0 items and 0 names added.\n"
    assert (Item.objects.count(), ItemName.objects.count()) == before


def test_what_the_operator_changed_stays(item):
    Item.objects.filter(slug="foil").update(position=99, is_active=False)
    ItemName.objects.filter(item__slug="foil", language="en").update(name="Foil, our way")
    ItemName.objects.filter(item__slug="foil", language="nl").delete()
    call_command("load_catalogue")
    foil = item("foil")
    assert (foil.position, foil.is_active) == (99, False)
    assert foil.names.get(language="en").name == "Foil, our way"
    assert foil.names.filter(language="nl").exists()


def test_an_item_without_a_name_in_a_language_is_shown_in_english():
    ItemName.objects.filter(item__slug="foil", language="nl").delete()
    assert Item.objects.named_in("nl").get(slug="foil").shown_name == "Straight foil, pack of sheets"
    assert Item.objects.named_in("es-ar").get(slug="foil").shown_name == "Aluminio en hojas, paquete"


def test_the_operator_edits_the_catalogue_and_sees_no_group_records(sign_in, ana):
    operator = ana.person
    operator.is_operator = True
    operator.save()
    client = sign_in(operator)
    listed = client.get("/operator/").content.decode()
    assert "Items" in listed
    assert "Contacts" not in listed
    assert client.get(f"/operator/outreach/item/{Item.objects.first().pk}/change/").status_code == 200
