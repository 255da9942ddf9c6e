"""A public group's own page: found by everybody, and it says never where."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from groups import actions
from groups.actions.forms import convert_group
from groups.models import Group
from hrplatform import public_pages
from tests.conftest import World
from tests.groups.test_networks import Adopted

PLACE = "the room behind the green door"


@pytest.fixture
def public(world: World, as_member) -> World:
    """The union shows itself, and meets every week at seven."""
    with as_member(world.ana):
        actions.describe_group(
            by=world.ana, visibility="public", about="We hand out at night.", how_to_reach="Look for the green lamp."
        )
        first = datetime.now(world.union.zone).replace(tzinfo=None, hour=19, minute=0, second=0, microsecond=0)
        actions.schedule_meeting(
            by=world.ana,
            title="Assembly of the union",
            place=PLACE,
            starts=first + timedelta(days=2),
            repeats="FREQ=WEEKLY",
        )
    return world


def page_of(world: World, language: str = "en", status: int = 200) -> str:
    answer = Client().get(f"/{language}/near/{world.union.slug}/")
    assert answer.status_code == status
    assert not answer.cookies
    return answer.content.decode()


def show_meetings(world: World, as_member) -> None:
    with as_member(world.ana):
        actions.describe_group(by=world.ana, shows_meetings=True)


def test_a_visitor_reads_who_they_are_and_how_to_reach_them(public):
    page = page_of(public)
    assert "We hand out at night." in page
    assert "Look for the green lamp." in page
    assert "When we meet" not in page
    assert f"/near/{public.union.slug}/" in Client().get("/en/near/").content.decode()


def test_when_they_meet_is_shown_only_where_the_group_says_so_and_never_the_place_or_title(public, as_member):
    show_meetings(public, as_member)
    page = page_of(public)
    assert "Every week" in page
    assert "7 p.m." in page or "19:00" in page
    assert PLACE not in page
    assert "Assembly" not in page


def test_a_meeting_held_once_is_nobodys_business(public, as_member):
    with as_member(public.ana):
        actions.schedule_meeting(
            by=public.ana,
            title="Once",
            starts=datetime.now().replace(microsecond=0) + timedelta(days=3),  # noqa: DTZ005
        )
        assert len(public.union.regular_times()) == 1


@pytest.mark.parametrize("visibility", ["unlisted", "listed"])
def test_a_group_that_is_not_public_has_no_page(public, as_member, visibility):
    with as_member(public.ana):
        actions.describe_group(by=public.ana, visibility=visibility)
    page_of(public, status=404)


def test_a_group_that_becomes_a_circle_has_no_page_any_more(public, as_member):
    with as_member(public.ana):
        group = Group.objects.get(pk=public.union.pk)
        convert_group(by=public.ana, group=group, decision=Adopted(group.pk, "convert"))
    page_of(public, status=404)


@pytest.mark.parametrize("slug", ["nothing-here", "x" * 300])
def test_an_address_that_leads_nowhere_is_not_found(public, slug):
    assert Client().get(f"/en/near/{slug}/").status_code == 404


@pytest.mark.parametrize("language", ["es", "nl", "ru"])
def test_the_page_is_there_in_every_language(public, language):
    assert "We hand out at night." in page_of(public, language)


def test_kept_pages_are_made_anew_when_something_changes(
    public, as_member, monkeypatch, django_capture_on_commit_callbacks
):
    told = []
    monkeypatch.setattr(public_pages, "mark_changed", lambda: told.append(1))
    with django_capture_on_commit_callbacks(execute=True):
        show_meetings(public, as_member)
    assert told
    told.clear()
    with django_capture_on_commit_callbacks(execute=True), as_member(public.ana):
        public.ana.group.refresh_from_db()
        meeting = public.union.meetings.select_related("group", "series").first()
        actions.cancel_meeting(by=public.ana, meeting=meeting)
    assert told
