"""Two words find a guide, however they are typed."""

import re
from collections.abc import Callable
from urllib.parse import quote

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, strategies
from hypothesis import settings as rules

from resources.actions import Text
from resources.models import Guide
from resources.search import fold
from tests.resources.conftest import BODY


def found(client: Client, words: str, language: str = "en") -> list[str]:
    answer = client.get(f"/{language}/guides/search/?q={quote(words)}")
    assert answer.status_code == 200
    return re.findall(r'<h[23] lang="[^"]+" dir="[^"]+"><a href="/\w+/guides/([^/]+)/', answer.content.decode())


WORDS = [
    ("en", "naloxone", "overdose-response"),
    ("en", "NALOXONE", "overdose-response"),
    ("en", "veins", "vein-care"),
    ("en", "injecti", "injecting-more-safely"),
    ("en", "police stop", "when-police-stop-you"),
    ("es", "inyeccion", "overdose-response"),
    ("es", "INYECCIÓN", "overdose-response"),
    ("es", "policia", "when-police-stop-you"),
    ("ru", "вена", "vein-care"),
    ("ru", "венами", "vein-care"),
    ("ru", "налоксоном", "overdose-response"),
    ("nl", "aders", "vein-care"),
]


def test_words_are_found_in_their_language(guides: list[Guide], visitor: Client) -> None:
    for language, words, slug in WORDS:
        assert slug in found(visitor, words, language), words


def test_a_word_in_the_title_comes_first(guides: list[Guide], visitor: Client) -> None:
    assert found(visitor, "overdose")[0] == "overdose-response"
    assert found(visitor, "vein")[0] == "vein-care"


def test_all_words_must_be_there(guides: list[Guide], visitor: Client) -> None:
    assert found(visitor, "naloxone zebra") == []


def test_a_guide_only_in_another_language_is_found_and_said_so(publish: Callable[..., Guide], visitor: Client) -> None:
    publish(original_language="fa", texts={"fa": Text("راهنمای نالوکسان", "زود", BODY)})
    assert found(visitor, "نالوکسان") == ["a-guide"]
    assert "Only in other languages" in visitor.get("/en/guides/search/?q=" + quote("نالوكسان")).content.decode()


def test_translated_guides_are_not_found_twice(guides: list[Guide], visitor: Client) -> None:
    assert len(found(visitor, "naloxon")) == len(set(found(visitor, "naloxon")))


def test_nothing_found_says_what_to_do(guides: list[Guide], visitor: Client) -> None:
    for words in ("the", "and of the", "zebra", "&|!:*()'\"\\", "<->", "😀", "ё", "%", "-", "'"):
        page = visitor.get(f"/en/guides/search/?q={quote(words)}")
        assert page.status_code == 200, words
        assert "See all guides" in page.content.decode(), words


def test_no_words_ask_for_words(guides: list[Guide], visitor: Client) -> None:
    assert "one or two words" in visitor.get("/en/guides/search/?q=++").content.decode()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [("x" * 10_000, "too long"), ("vein\x00care", "cannot be read")],
)
def test_what_cannot_be_searched_is_kept_and_explained(words: str, sentence: str, db: None, visitor: Client) -> None:
    page = visitor.get("/en/guides/search/", {"q": words}).content.decode()
    assert sentence in page
    assert 'aria-invalid="true"' in page
    assert f'value="{words}"' in page


def test_what_was_typed_is_shown_as_text(db: None, visitor: Client) -> None:
    page = visitor.get("/en/guides/search/", {"q": '"><script>alert(1)</script>'}).content.decode()
    assert "<script>alert" not in page


@rules(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(strategies.text(strategies.characters(codec="utf-8"), max_size=200))
def test_no_input_breaks_the_search(guides: list[Guide], visitor: Client, words: str) -> None:
    assert visitor.get("/ru/guides/search/", {"q": words}).status_code == 200


def test_broken_encoding_and_doubled_questions_are_answered(db: None, visitor: Client) -> None:
    for query in ("q=%ff%fe%c3", "q=a&q=b", "q[]=a", "q", "="):
        assert visitor.get(f"/en/guides/search/?{query}").status_code == 200


def test_folding_keeps_letters_that_are_not_accents() -> None:
    assert fold("Inyección Ñandú Ёлка Йод coöperatie") == "inyeccion nandu елка йод cooperatie"
