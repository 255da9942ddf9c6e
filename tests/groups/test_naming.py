"""Words that may name a person or a place are found, in four languages; what names nobody is left alone."""

import pytest

from groups.naming import MOST_SHOWN, words_that_may_identify

NAMES = [
    ("en", "We knock after ten minutes, and Maria has the key.", ["Maria"]),
    ("en", "Ask for Rose Miller at the door.", ["Rose Miller"]),
    ("es", "Golpeamos a los diez minutos y Nacho tiene la llave.", ["Nacho"]),
    ("nl", "Na tien minuten kloppen we, en Fatima heeft de sleutel.", ["Fatima"]),
    ("ru", "Через десять минут стучим, ключ у Айбека.", ["Айбека"]),
]
PLACES = [
    ("en", "we meet at 14 Delancey Street", "14 Delancey Street"),
    ("en", "behind 220 w 31st st", "220 w 31st st"),
    ("es", "nos juntamos en la calle Defensa 1200", "calle Defensa 1200"),
    ("es", "en la avenida Rivadavia", "avenida Rivadavia"),
    ("nl", "bij iemand in de mathenesserstraat", "mathenesserstraat"),
    ("nl", "om de hoek, nieuwe binnenweg 12", "binnenweg 12"),
    ("ru", "собираемся на улице Чуй 120", "улице Чуй 120"),
    ("ru", "второй подъезд, дом 5", "дом 5"),
    ("ru", "в мкр. Джал", "мкр. Джал"),
]
WAYS_TO_REACH = [
    ("call 212-555-0187", "212-555-0187"),
    ("позвоните +996 555 123 456", "+996 555 123 456"),
    ("al 011 4555-1234", "011 4555-1234"),
    ("bel 06 12345678", "06 12345678"),
    ("write to night@example.org", "night@example.org"),
    ("find @nightwindow", "@nightwindow"),
    ("see t.me/nightwindow", "t.me/nightwindow"),
    ("near 10002", "10002"),
    ("bij 3014 AB", "3014 AB"),
    ("cerca de C1065AAB", "C1065AAB"),
    ("возле 720001", "720001"),
]
HARMLESS = [
    "We always carry one spare. We knock after ten minutes. On Thursday in March we count.",
    "Siempre llevamos dos. ¿Quién viene? La calle es dura. Los martes contamos. «Golpeá», decimos.",
    "We hebben altijd een extra set bij ons. Wie onderweg is, belt. Op dinsdag tellen we.",
    "Мы всегда носим запасной. Если Вы опоздали, мы ждём. В понедельник считаем. «Стучи», говорим мы.",
    "- We knock\n- Nobody answers\n1. Call\n2) Wait",
    "NGO and HIV and OK are no names; 20 sets, 3 doses, on 2026-11-25 or 25.11.2026.",
    "",
]


@pytest.mark.parametrize(("language", "text", "expected"), NAMES)
def test_a_capital_inside_a_sentence_may_be_a_name(language: str, text: str, expected: list[str]) -> None:
    assert words_that_may_identify(text) == expected


@pytest.mark.parametrize(("language", "text", "expected"), PLACES)
def test_streets_and_houses_are_found_also_without_capitals(language: str, text: str, expected: str) -> None:
    assert expected in words_that_may_identify(text)


@pytest.mark.parametrize(("text", "expected"), WAYS_TO_REACH)
def test_numbers_and_addresses_that_reach_someone_are_found(text: str, expected: str) -> None:
    assert words_that_may_identify(text) == [expected]


@pytest.mark.parametrize("text", HARMLESS)
def test_what_names_nobody_is_left_alone(text: str) -> None:
    assert words_that_may_identify(text) == []


def test_handles_of_members_are_found_whatever_their_capitals() -> None:
    assert words_that_may_identify("ask mrs-k or BEN, not benjamin", handles=["ben", "mrs-k"]) == ["mrs-k", "BEN"]


@pytest.mark.parametrize(
    ("area", "text", "expected"),
    [
        ("New York, Lower East Side and the Bronx", "all over the bronx and on the lower side", ["bronx"]),
        ("Rotterdam-West", "in rotterdam kent iedereen ons", ["rotterdam"]),
        ("Buenos Aires, zona sur", "en todo buenos aires, al sur", ["buenos", "aires"]),
        ("Бишкек", "у нас в бишкеке", ["бишкеке"]),
    ],
)
def test_words_of_the_groups_own_area_are_found(area: str, text: str, expected: list[str]) -> None:
    assert words_that_may_identify(text, area=area) == expected


def test_each_word_is_shown_once_in_the_order_of_the_text_and_not_without_end() -> None:
    assert words_that_may_identify("we ask Ben, then Mia, then Ben again") == ["Ben", "Mia"]
    many = " ".join(f"we ask N{'a' * number}," for number in range(2, 60))
    assert len(words_that_may_identify(many)) == MOST_SHOWN


def test_a_long_text_is_looked_through_at_once() -> None:
    for text in ("a" * 30_000, "1 " * 15_000, "A a " * 7_500, "1 a" * 10_000, "(" * 30_000, "calle " * 5_000):
        words_that_may_identify(text, handles=["ben"] * 200, area="Bronx")
