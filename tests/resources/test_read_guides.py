"""A visitor with no account and no cookie finds a guide, reads it in their language, and leaves no trace."""

import gzip
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from groups.models import Membership
from hrplatform import context
from resources.demonstration import load_topics
from resources.models import Guide, GuideTranslation, Topic

PUBLIC = [
    "/en/",
    "/en/help-now/",
    "/en/guides/",
    "/en/guides/topics/overdose/",
    "/en/guides/search/",
    "/en/guides/search/?q=naloxone",
    "/en/guides/overdose-response/",
    "/ru/guides/overdose-response/fa/",
    "/en/near/",
    "/en/about/",
]
LANGUAGES = ["en", "es", "nl", "ru"]


def read(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_public_pages_set_no_cookie(guides: list[Guide], visitor: Client) -> None:
    for path in PUBLIC:
        answer = visitor.get(path)
        assert answer.status_code == 200, path
        assert not answer.cookies, path


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_public_pages_are_only_read(method: str, db: None, visitor: Client) -> None:
    for path in PUBLIC:
        assert getattr(visitor, method)(path).status_code == 405, path


def test_public_pages_stand_without_any_guide(db: None, visitor: Client) -> None:
    for path in PUBLIC:
        assert visitor.get(path).status_code == (404 if "overdose" in path else 200), path


def test_bare_address_leads_to_the_language_of_the_browser(db: None, visitor: Client) -> None:
    answer = visitor.get("/", headers={"accept-language": "ru-RU,ru;q=0.9"})
    assert (answer.status_code, answer["Location"]) == (302, "/ru/")
    assert "Accept-Language" in answer["Vary"]


def test_browsers_and_search_engines_get_what_they_ask_for_by_themselves(db: None, visitor: Client) -> None:
    assert visitor.get("/favicon.ico").status_code == 302
    assert "Disallow: /\n" in visitor.get("/robots.txt").content.decode()


def test_every_guide_is_there_in_all_four_languages(guides: list[Guide], visitor: Client) -> None:
    for language in LANGUAGES:
        for guide in guides:
            page = read(visitor, f"/{language}/guides/{guide.slug}/")
            assert f'<article lang="{language}" dir="ltr">' in page
            assert "block-now" in page


def test_every_link_between_guides_leads_somewhere(guides: list[Guide], visitor: Client) -> None:
    bodies = " ".join(GuideTranslation.objects.values_list("body_html", flat=True))
    links = set(re.findall(r'href="guide:([^"]+)"', bodies))
    assert links
    assert links <= {guide.slug for guide in guides}


def test_guide_page_asks_the_database_twice_at_most(
    guides: list[Guide], visitor: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    context._known = None
    context.current_instance()  # asked for once in five seconds, not for each page
    with django_assert_max_num_queries(2):
        read(visitor, "/en/guides/overdose-response/")


def test_first_view_of_a_guide_is_at_most_14_kB(guides: list[Guide], visitor: Client) -> None:
    for guide in guides:
        for language in LANGUAGES:
            page = read(visitor, f"/{language}/guides/{guide.slug}/")
            files = set(re.findall(r'(?:href|src)="/static/([^"#]+\.(?:css|js|svg))', page))
            assert len(files) >= 4
            texts = [page.encode(), *((Path(settings.STATIC_ROOT) / name).read_bytes() for name in files)]
            assert sum(len(gzip.compress(text, 9)) for text in texts) <= 14_000, guide.slug


def test_guide_tells_who_made_it_when_it_was_checked_and_where_else_it_can_be_read(
    guides: list[Guide], visitor: Client
) -> None:
    page = read(visitor, "/en/guides/overdose-response/")
    assert "Made by Night Union." in page
    assert "Sept. 14, 2026" in page
    assert "CC BY-SA 4.0" in page
    for tag in [*LANGUAGES, "fa"]:
        assert re.search(rf'<link rel="alternate" hreflang="{tag}" href="{settings.SITE_URL}/', page)
    assert 'href="/en/guides/overdose-response/fa/" hreflang="fa" lang="fa" dir="rtl"' in page


def test_a_group_that_is_not_public_is_not_named(publish: Callable[..., Guide], visitor: Client) -> None:
    publish()
    assert "Night Union" not in read(visitor, "/en/guides/a-guide/")


def test_a_guide_nobody_translated_shows_the_original_and_says_so(
    publish: Callable[..., Guide], visitor: Client
) -> None:
    publish()
    page = read(visitor, "/ru/guides/a-guide/")
    assert '<article lang="en" dir="ltr">' in page
    assert "notice" in page
    assert "Русский" in page
    assert 'lang="en"' in read(visitor, "/ru/guides/")


def test_a_language_the_pages_lack_is_read_right_to_left(guides: list[Guide], visitor: Client) -> None:
    page = read(visitor, "/ru/guides/overdose-response/fa/")
    assert '<html lang="ru" dir="ltr">' in page
    assert '<article lang="fa" dir="rtl">' in page
    assert "اوردوز" in page


def test_a_language_the_pages_have_leads_there(guides: list[Guide], visitor: Client) -> None:
    answer = visitor.get("/en/guides/overdose-response/es/")
    assert answer["Location"] == "/es/guides/overdose-response/"


def test_what_is_not_there_is_404(publish: Callable[..., Guide], visitor: Client) -> None:
    publish()
    for path in (
        "/en/guides/nothing/",
        "/en/guides/a-guide/sw/",
        "/en/guides/a-guide/%00/",
        "/en/guides/%00/",
        "/en/guides/topics/nothing/",
        "/xx/guides/",
        f"/en/guides/{'a' * 3000}/",
        "/en/guides/%ff%fe/",
    ):
        assert visitor.get(path).status_code == 404, path


def test_help_now_shows_the_steps_themselves(guides: list[Guide], visitor: Client) -> None:
    page = read(visitor, "/en/help-now/")
    assert "Rub your knuckles hard" in page
    assert "tilt the head" in page.lower()
    assert 'href="/en/guides/overdose-response/#source-1"' in page
    assert 'href="/en/guides/vein-care/"' in page
    assert 'href="/en/guides/when-police-stop-you/"' in page


def test_near_shows_groups_that_want_to_be_found_and_no_other(
    guides: list[Guide], visitor: Client, dee: Membership
) -> None:
    page = read(visitor, "/en/near/")
    assert "Night Union" in page
    assert "Ask at the window." in page
    assert dee.group.name not in page


def test_signed_in_page_is_kept_by_no_cache(
    guides: list[Guide], ana: Membership, sign_in: Callable[..., Client]
) -> None:
    answer = sign_in(ana).get("/en/guides/overdose-response/")
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]


def test_topics_stay_as_the_operator_left_them(db: None) -> None:
    load_topics()
    Topic.objects.get(slug="overdose").names.filter(language="en").update(name="Going over")
    load_topics()
    assert Topic.objects.named_in("en").get(slug="overdose").name == "Going over"
    assert Topic.objects.named_in("sw").get(slug="overdose").name == "Going over"
