"""A practice grows into the draft of a guide: seen by its group alone, and with credit to whoever worked it out."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from groups import actions as group_actions
from groups.models import Membership, Power, Practice
from resources.actions import DraftOver, Text, edit_draft, grow_guide, publish_guide, remove_draft
from resources.models import Guide, GuideTranslation, Topic
from tests.groups.outward import practice_of

Opens = Callable[[Membership], AbstractContextManager[None]]
SOURCE = {"key": "who", "title": "A source", "publisher": "WHO", "year": 2014, "url": ""}


@pytest.fixture
def practice(ana: Membership) -> Practice:
    return practice_of(ana, title="one spare canary", what="we always carry one spare canary", hard="pockets")


@pytest.fixture
def draft(ana: Membership, practice: Practice, topic: Topic, as_member: Opens) -> GuideTranslation:
    with as_member(ana):
        return grow_guide(by=ana, practice=practice, topic=topic, credited=True)


def test_a_draft_begins_with_the_words_of_the_practice_once(
    ana: Membership, practice: Practice, topic: Topic, sign_in: Callable[..., Client], as_member: Opens
) -> None:
    client, place = sign_in(ana), f"/groups/{ana.group.slug}/practices/{practice.pk}/grow/"
    assert client.get(place).status_code == 200
    first = client.post(place, {"topic": topic.pk, "credited": "on"})
    second = client.post(place, {"topic": topic.pk})
    assert first["Location"] == second["Location"]
    page = client.get(first["Location"]).content.decode()
    assert "we always carry one spare canary" in page
    assert "## What makes it hard" in page
    assert f"Grown from a practice of {ana.group.name}." in page
    with as_member(ana):
        assert Guide.objects.count() == 1


def test_a_draft_is_on_no_public_page(
    draft: GuideTranslation, ana: Membership, visitor: Client, sign_in: Callable[..., Client]
) -> None:
    with_draft = f"/en/guides/{draft.guide.slug}/"
    for client in (visitor, sign_in(ana)):
        assert client.get(with_draft).status_code == 404
        assert client.get(f"{with_draft}fa/").status_code == 404
        for address in ("/en/guides/", "/en/help-now/", "/en/guides/topics/overdose/", "/en/guides/search/?q=canary"):
            assert "one spare" not in client.get(address).content.decode()
    assert not GuideTranslation.objects.exists()


def test_who_reviews_guides_or_coordinates_writes_on_and_nobody_else(
    draft: GuideTranslation, ana: Membership, ben: Membership, caro: Membership, dee: Membership,
    sign_in: Callable[..., Client], as_member: Opens,
) -> None:  # fmt: skip
    with as_member(ana):
        group_actions.set_powers(by=ana, member=ben, powers=[Power.REVIEW_GUIDES])
    place = f"/groups/{ana.group.slug}/drafts/{draft.pk}/"
    form = {"title": "Carry one spare", "summary": "Short.", "body": "## How\n\nLike this."}
    for who, expected in ((ana, 302), (ben, 302), (caro, 403), (dee, 404)):
        assert sign_in(who).post(place, form).status_code == expected
    assert "Like this." in sign_in(ben).get(place).content.decode()
    assert "Carry one spare" in sign_in(ben).get(f"/groups/{ana.group.slug}/drafts/").content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "x" * 121),
        ("summary", "x" * 301),
        ("body", ""),
        ("body", "x" * 30_001),
        ("body", "\x00"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    field: str, value: str, draft: GuideTranslation, ana: Membership, sign_in: Callable[..., Client]
) -> None:
    form = {"title": "a title", "summary": "short", "body": "a text", field: value}
    answer = sign_in(ana).post(f"/groups/{ana.group.slug}/drafts/{draft.pk}/", form)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]


@pytest.mark.parametrize(("credited", "words"), [(True, "of Night Union."), (False, "of a group.")])
def test_once_published_it_says_what_it_grew_from(
    credited: bool, words: str, ana: Membership, practice: Practice, topic: Topic, visitor: Client, as_member: Opens
) -> None:
    with as_member(ana):
        draft = grow_guide(by=ana, practice=practice, topic=topic, credited=credited)
        publish_guide(
            by=ana, group=ana.group, slug=draft.guide.slug, topic=topic, original_language="en",
            texts={"en": Text("One spare", "Carry one spare.", "Always [@who].")}, sources=[SOURCE],
            last_checked_on=date(2026, 9, 14),
        )  # fmt: skip
    page = visitor.get(f"/en/guides/{draft.guide.slug}/").content.decode()
    assert f"Grown from a practice {words}" in page
    with as_member(ana), pytest.raises(DraftOver):
        edit_draft(by=ana, text=draft, title="x", summary="y", body="z")


def test_a_draft_is_removed_and_the_practice_stays(
    draft: GuideTranslation, ana: Membership, sign_in: Callable[..., Client], as_member: Opens
) -> None:
    place = f"/groups/{ana.group.slug}/drafts/{draft.pk}/remove/"
    assert sign_in(ana).post(place).status_code == 302
    assert sign_in(ana).post(place).status_code == 404
    with as_member(ana):
        assert Practice.objects.count() == 1
        assert not Guide.objects.exists()


def test_the_actions_themselves_refuse_who_may_not(
    draft: GuideTranslation, practice: Practice, topic: Topic, ben: Membership, dee: Membership, as_member: Opens
) -> None:
    with as_member(ben), pytest.raises(PermissionDenied):
        grow_guide(by=ben, practice=practice, topic=topic, credited=False)
    with as_member(ben), pytest.raises(PermissionDenied):
        remove_draft(by=ben, text=draft)
    with as_member(dee), pytest.raises(PermissionDenied):
        grow_guide(by=dee, practice=practice, topic=topic, credited=False)
