"""Meetings: what is coming, one meeting, scheduling, calling off."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groups import access, actions
from groups.forms import MeetingForm
from groups.models import Power
from groups.views.forms import posted, status_of


@require_safe
def meeting_list(request: HttpRequest, slug: str) -> HttpResponse:
    membership = access.membership(request.user, slug)
    meetings = membership.group.meetings
    context = {
        "group": membership.group,
        "coming": meetings.coming().select_related("group", "series"),
        "past": meetings.past().select_related("group")[:20],
        "may_coordinate": membership.has_power(Power.COORDINATE),
    }
    return render(request, "groups/meeting_list.html", context)


@require_safe
def meeting_detail(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.membership(request.user, slug)
    context = {
        "group": membership.group,
        "meeting": access.meeting(membership, pk),
        "membership": membership,
        "may_coordinate": membership.has_power(Power.COORDINATE),
    }
    return render(request, "groups/meeting_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def meeting_schedule(request: HttpRequest, slug: str) -> HttpResponse:
    membership = access.membership(request.user, slug, may=Power.COORDINATE)
    form = MeetingForm(posted(request), zone=membership.group.zone)
    if form.is_valid():
        wanted = ("title", "starts", "duration_minutes", "place", "repeats")
        meeting = actions.schedule_meeting(by=membership, **{name: form.cleaned_data[name] for name in wanted})
        messages.success(request, _("Scheduled. Members who want a reminder will get one."))
        return redirect(meeting)
    return render(
        request, "groups/meeting_schedule.html", {"form": form, "group": membership.group}, status=status_of(form)
    )


@require_http_methods(["GET", "HEAD", "POST"])
def meeting_cancel(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.membership(request.user, slug, may=Power.COORDINATE)
    meeting = access.meeting(membership, pk)
    if request.method == "POST":
        actions.cancel_meeting(by=membership, meeting=meeting)
        messages.success(request, _("Called off. Everyone who wants reminders is told once."))
        return redirect(meeting)
    return render(request, "groups/meeting_cancel.html", {"group": membership.group, "meeting": meeting})


@require_POST
def series_end(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.membership(request.user, slug, may=Power.COORDINATE)
    meeting = access.meeting(membership, pk)
    if meeting.series is not None:
        actions.end_series(by=membership, series=meeting.series)
        messages.success(request, _("The series has ended. Meetings still to come are called off."))
    return redirect("groups:meeting-list", slug)
