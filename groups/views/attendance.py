"""Who is here: ticked, counted, or said by oneself with the code of the room."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from groups import access, actions
from groups.forms import AttendanceForm, CodeForm, HeadcountForm
from groups.models import Meeting, Membership
from groups.views.forms import posted, status_of


@require_http_methods(["GET", "HEAD", "POST"])
def attendance_record(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership, meeting = _run(request, slug, pk)
    form = _ticks(membership, meeting, posted(request))
    if form.is_valid():
        try:
            actions.tick_attendance(by=membership, meeting=meeting, came=form.newly_ticked, did_not_come=form.unticked)
        except actions.NotBegun:
            return _too_early(request, meeting)
        messages.success(request, _("Saved."))
        return redirect(meeting)
    return _page(request, meeting, form, _heads(meeting))


@require_POST
def headcount(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership, meeting = _run(request, slug, pk)
    form = _heads(meeting, request.POST)
    if form.is_valid():
        try:
            actions.count_heads(by=membership, meeting=meeting, **form.cleaned_data)
        except actions.NotBegun:
            return _too_early(request, meeting)
        messages.success(request, _("Saved."))
        return redirect(meeting)
    return _page(request, meeting, _ticks(membership, meeting), form)


@require_POST
def attendance_code(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership, meeting = _run(request, slug, pk)
    try:
        actions.make_attendance_code(by=membership, meeting=meeting)
    except actions.NotBegun:
        messages.warning(request, _("A code works from half an hour before the meeting until an hour after it."))
    return redirect("groups:attendance-record", slug, pk)


@require_http_methods(["GET", "HEAD", "POST"])
def attendance_here(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    """A member enters the code that was read out."""
    membership = access.membership(request.user, slug)
    meeting = access.meeting(membership, pk)
    form = CodeForm(posted(request))
    if form.is_valid():
        answer = actions.enter_attendance_code(by=membership, meeting=meeting, code=form.cleaned_data["code"])
        if answer == actions.CodeAnswer.HERE:
            messages.success(request, _("You are here. It is written down."))
            return redirect(meeting)
        form.add_error("code", _in_words(answer))
    context = {"form": form, "group": membership.group, "meeting": meeting}
    return render(request, "groups/attendance_here.html", context, status=status_of(form))


def _in_words(answer: actions.CodeAnswer) -> str:
    return {
        actions.CodeAnswer.WRONG: _("That is not the code. Ask for it to be read out once more."),
        actions.CodeAnswer.USED_UP: _("Five wrong tries. Ask whoever facilitates to tick you."),
        actions.CodeAnswer.CLOSED: _("There is no code now. Ask whoever facilitates to show one, or to tick you."),
    }[answer]


def _run(request: HttpRequest, slug: str, pk: UUID) -> tuple[Membership, Meeting]:
    membership = access.membership(request.user, slug)
    meeting = access.meeting(membership, pk)
    access.require_running(membership, meeting)
    return membership, meeting


def _ticks(membership: Membership, meeting: Meeting, data: Any = None) -> AttendanceForm:
    ticked = meeting.attendances.filter(membership__isnull=False).values_list("membership_id", flat=True)
    return AttendanceForm(data, group=membership.group, ticked=[pk for pk in ticked if pk])


def _heads(meeting: Meeting, data: Any = None) -> HeadcountForm:
    return HeadcountForm(data, initial={"peers": meeting.headcount_peers, "allies": meeting.headcount_allies})


def _too_early(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    messages.warning(request, _("Nobody is there yet. Attendance opens half an hour before the meeting."))
    return redirect(meeting)


def _page(request: HttpRequest, meeting: Meeting, form: AttendanceForm, heads: HeadcountForm) -> HttpResponse:
    context = {"form": form, "heads": heads, "group": meeting.group, "meeting": meeting}
    status = max(status_of(form), status_of(heads))
    return render(request, "groups/attendance_record.html", context, status=status)
