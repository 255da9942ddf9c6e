"""A guide is published whole, with its sources, or not at all."""

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client

from groups.models import JournalEntry, Membership
from hrplatform import isolation
from resources.actions import Text
from resources.models import Guide, GuideTranslation, Source
from tests.resources.conftest import BODY, SOURCE

Publish = Callable[..., Guide]


def versions() -> dict[str, int]:
    return dict(GuideTranslation.objects.order_by("language").values_list("language", "version"))


def problems(publish: Publish, body: str) -> str:
    with pytest.raises(ValidationError) as caught:
        publish(texts={"en": Text("What helps", "How to see it early.", body)})
    return " ".join(caught.value.messages)


def test_visitor_reads_what_was_published(publish: Publish, visitor: Client) -> None:
    publish()
    page = visitor.get("/en/guides/a-guide/").content.decode()
    assert "<h1>What helps</h1>" in page
    assert '<a class="cite" href="#source-1">1</a>' in page
    assert 'id="source-1"' in page
    assert "World Health Organization, 2014" in page


def test_publishing_the_same_again_changes_nothing(publish: Publish, ana: Membership) -> None:
    publish()
    before = list(GuideTranslation.objects.values())
    publish()
    assert list(GuideTranslation.objects.values()) == before
    with isolation.context(groups=[ana.group_id]):
        assert JournalEntry.objects.filter(verb="publish_guide").count() == 1


def test_only_the_changed_text_gets_a_new_version(publish: Publish) -> None:
    texts = {"en": Text("What helps", "Early.", BODY), "es": Text("Lo que ayuda", "Pronto.", BODY)}
    publish(texts=texts)
    publish(texts=texts | {"es": Text("Lo que ayuda", "Muy pronto.", BODY)})
    assert versions() == {"en": 1, "es": 2}


def test_a_source_left_out_is_gone_and_the_others_move_up(publish: Publish) -> None:
    publish(sources=[{**SOURCE, "key": "old-2001"}, SOURCE])
    publish(sources=[SOURCE])
    assert list(Source.objects.values_list("key", "number")) == [("who-2014", 1)]


def test_member_without_the_power_cannot_publish(publish: Publish, ben: Membership) -> None:
    with pytest.raises(PermissionDenied):
        publish(by=ben)
    assert not Guide.objects.exists()


def test_who_reviews_guides_publishes_and_the_journal_says_so(publish: Publish, ana: Membership) -> None:
    guide = publish(by=ana)
    with isolation.context(groups=[ana.group_id]):
        entry = JournalEntry.objects.get(verb="publish_guide")
    assert (entry.actor, entry.object_id) == (ana.person_id, guide.pk)


def test_another_group_cannot_take_the_address(publish: Publish, dee: Membership) -> None:
    publish()
    with pytest.raises(ValidationError, match="taken"):
        publish(group=dee.group)
    assert Guide.objects.get().translations.get().title == "What helps"


@pytest.mark.parametrize("slug", ["search", "topics"])
def test_a_guide_cannot_hide_a_page_of_ours(publish: Publish, slug: str) -> None:
    with pytest.raises(ValidationError):
        publish(slug=slug)


def test_a_guide_that_cites_nothing_is_refused(publish: Publish) -> None:
    assert "cites no source" in problems(publish, "Trust us.")
    assert not GuideTranslation.objects.exists()


def test_a_source_that_is_not_listed_is_refused(publish: Publish) -> None:
    assert "“nobody-1999”" in problems(publish, "So it is [@nobody-1999].")


def test_every_reason_is_told_at_once(publish: Publish) -> None:
    told = problems(publish, "A [@nobody-1999].\n\n::: fun\n\n[Out](https://example.org) ![](x.png)")
    for reason in ("nobody-1999", "“fun”", "not closed", "other guides", "Pictures"):
        assert reason in told


@pytest.mark.parametrize(
    "body",
    [
        "<script>alert(1)</script> [@who-2014]",
        "<img src=x onerror=alert(1)> [@who-2014]",
        '<p class="block-now" style="x">a</p> [@who-2014]',
        "**<b onmouseover=x>** [@who-2014]\n\n<!-- --><iframe>",
    ],
)
def test_markup_in_a_text_is_only_text(publish: Publish, body: str, visitor: Client) -> None:
    publish(texts={"en": Text("What helps", "Early.", body)})
    html = GuideTranslation.objects.get().body_html
    for tag in ("<script", "<img", "<iframe", "<b ", "<p class", "<!--"):
        assert tag not in html
    assert visitor.get("/en/guides/a-guide/").status_code == 200


@pytest.mark.parametrize(
    "target", ["javascript:alert(1)", "guide:../../x", "guide:a%22b", "//example.org", "data:text/html,x"]
)
def test_a_link_leads_to_another_guide_or_nowhere(publish: Publish, target: str) -> None:
    body = f"[x]({target}) [@who-2014]"
    try:
        publish(texts={"en": Text("What helps", "Early.", body)})
    except ValidationError:
        return
    assert "<a href" not in GuideTranslation.objects.get().body_html


def test_links_and_block_words_follow_the_page(publish: Publish, visitor: Client) -> None:
    publish(texts={"en": Text("What helps", "Early.", BODY), "fa": Text("راهنما", "زود", BODY)})
    page = visitor.get("/nl/guides/a-guide/fa/").content.decode()
    assert 'href="/nl/guides/other-guide/"' in page
    assert '<p class="block-title">خطر جانی' in page


def test_a_published_text_is_whole_says_the_database(publish: Publish, ana: Membership) -> None:
    publish()
    with isolation.context(groups=[ana.group_id]), pytest.raises(IntegrityError), transaction.atomic():
        GuideTranslation.objects.update(body_html="")


def test_the_guide_stays_when_its_group_goes(publish: Publish, ana: Membership, visitor: Client) -> None:
    publish()
    with isolation.context(groups=[ana.group_id]):
        for model in (GuideTranslation, Source, Guide):
            model.objects.update(group=None)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert visitor.get("/en/guides/a-guide/").status_code == 200
