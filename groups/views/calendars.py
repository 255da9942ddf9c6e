"""Meetings in a calendar elsewhere: a private address, a public one for public groups, one meeting as a file."""

from collections.abc import Callable
from uuid import UUID

import segno
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groups import access, actions, calendars
from groups.forms import CalendarForm
from groups.models import CalendarFeed, Group, Membership
from groups.views.forms import posted, status_of
from groups.views.me import signed_in
from hrplatform import errors, isolation, sealing


@require_http_methods(["GET", "HEAD", "POST"])
def calendar_settings(request: HttpRequest) -> HttpResponse:
    """The form for a private address, which is shown once, on the answer to it."""
    person = signed_in(request)
    form = CalendarForm(posted(request), initial={"detail": CalendarFeed.Detail.DISCREET})
    if form.is_valid():
        token = actions.make_calendar(by=person, detail=form.cleaned_data["detail"])
        link = settings.SITE_URL + reverse("groups:private-calendar", args=[token])
        square = segno.make(link, error="m").svg_inline(omitsize=True, svgclass=None, lineclass=None)
        made = {"link": link, "qr": mark_safe(square)}  # noqa: S308 (segno draws squares)
        return render(request, "groups/calendar_made.html", made)
    context = {"form": form, "feed": CalendarFeed.objects.filter(person=person).first()}
    return render(request, "groups/calendar_settings.html", context, status=status_of(form))


@require_POST
def calendar_end(request: HttpRequest) -> HttpResponse:
    actions.end_calendar(by=signed_in(request))
    messages.success(request, _("That address works no longer."))
    return redirect("groups:calendar-settings")


@login_not_required
@require_safe
def private_calendar(request: HttpRequest, token: str) -> HttpResponseBase:
    """For a program that cannot sign in: whoever has the address sees what it shows. An unknown one shows nothing."""
    feed = access.calendar_feed(token)
    if feed.is_full and not sealing.is_available():
        return errors.unavailable(request)
    with isolation.context(person=feed.person_id):
        isolation.widen(
            groups=Membership.objects.active().filter(person=feed.person).values_list("group_id", flat=True)
        )
        groups = list(Group.objects.of(feed.person).order_by("pk"))
        mark = calendars.mark_of(groups, str(feed.pk), feed.person.language)
        return _answer(request, mark, lambda: calendars.private(feed, groups))


@login_not_required
@require_safe
def public_calendar(request: HttpRequest, slug: str) -> HttpResponseBase:
    group = access.public_group(slug)
    with isolation.context(groups=[group.pk]):
        return _answer(request, calendars.mark_of([group]), lambda: calendars.public(group))


@require_safe
def meeting_calendar(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    meeting = access.meeting(access.membership(request.user, slug), pk)
    response = HttpResponse(calendars.single(meeting), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="event.ics"'
    return response


def _answer(request: HttpRequest, mark: str, write: Callable[[], str]) -> HttpResponseBase:
    """304 to whoever has it as it is, without writing it again."""
    etag = quote_etag(mark)
    unchanged = get_conditional_response(request, etag=etag)
    if unchanged is not None:
        return unchanged
    response = HttpResponse(write(), content_type="text/calendar; charset=utf-8")
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    return response
