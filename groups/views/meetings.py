"""Meetings: what is coming and what was, one meeting, scheduling, changing, calling off."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groups import access, actions
from groups.actions.agenda import may_remove
from groups.forms import CancelForm, MeetingChangeForm, MeetingForm
from groups.models import Meeting, MeetingTask, Membership, Power
from groups.recurrence import RuleRefused
from groups.views.forms import posted, status_of

_ON_A_PAGE = 12
_FACTS = ("title", "starts", "duration_minutes", "place", "stipend")


@require_safe
def meeting_list(request: HttpRequest, slug: str) -> HttpResponse:
    membership = access.membership(request.user, slug)
    coming = membership.group.meetings.coming().order_by("starts_at", "pk")
    context = {
        "group": membership.group,
        "page": Paginator(coming, _ON_A_PAGE).get_page(request.GET.get("page")),
        "may_coordinate": membership.has_power(Power.COORDINATE),
    }
    return render(request, "groups/meeting_list.html", context)


@require_safe
def meeting_past(request: HttpRequest, slug: str) -> HttpResponse:
    membership = access.membership(request.user, slug)
    past = membership.group.meetings.past().order_by("-starts_at", "pk")
    page = Paginator(past, _ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "groups/meeting_past.html", {"group": membership.group, "page": page})


@require_safe
def meeting_detail(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.membership(request.user, slug)
    meeting = access.meeting(membership, pk)
    context = {
        **_what_happens(membership, meeting),
        "membership": membership,
        "may_coordinate": membership.has_power(Power.COORDINATE),
        "runs": access.runs(membership, meeting),
        "is_here": meeting.attendances.filter(membership=membership).exists(),
    }
    return render(request, "groups/meeting_detail.html", context)


@require_safe
def meeting_print(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    """Agenda and minutes on paper."""
    membership = access.membership(request.user, slug)
    meeting = access.meeting(membership, pk)
    return render(request, "groups/meeting_print.html", _what_happens(membership, meeting))


def _what_happens(membership: Membership, meeting: Meeting) -> dict[str, object]:
    """Agenda, turns, action items and attendance of a meeting: a query each, however much there is."""
    group = meeting.group = membership.group
    items = group.agenda_items.filter(meeting=meeting).in_order().as_seen_by(membership)
    turns = {turn.task: turn for turn in meeting.turns.held().select_related("membership__person")}
    return {
        "group": group,
        "meeting": meeting,
        "agenda": [(item, may_remove(membership, item)) for item in items],
        "turns": [(task, turns.get(task.value)) for task in MeetingTask],
        "carried": group.action_items.carried_to(meeting).with_people()[:100],
        "action_items": group.action_items.filter(meeting=meeting).with_people().order_by("made_at", "pk"),
        "presence": Meeting.objects.filter(pk=meeting.pk).with_presence().get(),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def meeting_schedule(request: HttpRequest, slug: str) -> HttpResponse:
    membership = access.membership(request.user, slug, may=Power.COORDINATE)
    form = MeetingForm(posted(request), group=membership.group)
    if form.is_valid():
        facts = {name: form.cleaned_data[name] for name in _FACTS}
        meeting = actions.schedule_meeting(by=membership, repeats=form.cleaned_data["recurrence"], **facts)
        messages.success(request, _("Scheduled. Members who want a reminder will get one."))
        return redirect(meeting)
    context = {"form": form, "group": membership.group}
    return render(request, "groups/meeting_schedule.html", context, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
def meeting_edit(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.membership(request.user, slug, may=Power.COORDINATE)
    meeting = access.meeting(membership, pk)
    if not meeting.may_be_changed:
        messages.warning(request, _("What is over or called off stays as it was."))
        return redirect(meeting)
    form = MeetingChangeForm(posted(request), meeting=meeting)
    if form.is_valid() and _change(membership, meeting, form):
        messages.success(request, _("Saved. If it moved, everyone who wants reminders is told once."))
        return redirect(meeting)
    context = {"form": form, "group": membership.group, "meeting": meeting}
    return render(request, "groups/meeting_edit.html", context, status=status_of(form))


def _change(membership: Membership, meeting: Meeting, form: MeetingChangeForm) -> bool:
    """Whether it was changed; if not, the form says why. How far the others move is only known with all of them."""
    facts = {name: form.cleaned_data[name] for name in _FACTS}
    if form.reaches_series:
        scope, recurrence = actions.Scope(form.cleaned_data["scope"]), form.cleaned_data["recurrence"]
        try:
            actions.change_series(by=membership, meeting=meeting, scope=scope, recurrence=recurrence, **facts)
        except RuleRefused:
            form.add_error(None, _("With this last day no meeting would be left. Choose a later one."))
            return False
    else:
        actions.change_meeting(by=membership, meeting=meeting, **facts)
    return True


@require_http_methods(["GET", "HEAD", "POST"])
def meeting_cancel(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.membership(request.user, slug, may=Power.COORDINATE)
    meeting = access.meeting(membership, pk)
    repeats = meeting.series is not None and not meeting.series.is_ended
    form = CancelForm(posted(request)) if repeats else None
    if request.method == "POST" and (form is None or form.is_valid()):
        if form is not None and form.cleaned_data["scope"] == actions.Scope.FOLLOWING and meeting.series is not None:
            actions.end_series(by=membership, series=meeting.series, since=meeting)
        else:
            actions.cancel_meeting(by=membership, meeting=meeting)
        messages.success(request, _("Called off. Everyone who wants reminders is told once."))
        return redirect(meeting)
    context = {"group": membership.group, "meeting": meeting, "form": form}
    return render(request, "groups/meeting_cancel.html", context, status=status_of(form) if form else 200)


@require_POST
def series_end(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.membership(request.user, slug, may=Power.COORDINATE)
    meeting = access.meeting(membership, pk)
    if meeting.series is not None:
        actions.end_series(by=membership, series=meeting.series)
        messages.success(request, _("The series has ended. Meetings still to come are called off."))
    return redirect("groups:meeting-list", slug)
