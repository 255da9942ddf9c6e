"""Taking turns: who facilitates and who takes notes."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from groups import access, actions
from groups.forms import PassForm, RotaForm
from groups.models import MeetingTask, Membership, Power, RotaPlace, Turn
from groups.views.forms import posted, status_of


@require_http_methods(["GET", "HEAD", "POST"])
def rota(request: HttpRequest, slug: str) -> HttpResponse:
    membership = access.membership(request.user, slug)
    mine = set(RotaPlace.objects.filter(membership=membership).values_list("task", flat=True))
    form = RotaForm(posted(request), initial={"tasks": sorted(mine)})
    if form.is_valid():
        _choose(membership, mine, set(form.cleaned_data["tasks"]))
        messages.success(request, _("Saved."))
        return redirect("groups:rota", slug)
    context = {"form": form, "group": membership.group, **_who(membership)}
    return render(request, "groups/rota.html", context, status=status_of(form))


def _choose(membership: Membership, before: set[str], wanted: set[str]) -> None:
    for task in sorted(wanted - before):
        actions.join_rota(by=membership, task=task)
    for task in sorted(before - wanted):
        actions.leave_rota(by=membership, task=task)


def _who(membership: Membership) -> dict[str, object]:
    """Who takes turns, and whose turn is coming."""
    places = (
        RotaPlace.objects.filter(group=membership.group, membership__left_on=None)
        .select_related("membership__person")
        .order_by("membership__person__handle")
    )
    by_task: dict[str, list[str]] = {}
    for place in places:
        by_task.setdefault(place.task, []).append(place.membership.person.handle)
    coming = Turn.objects.held().filter(group=membership.group, meeting__in=membership.group.meetings.coming())
    return {
        "tasks": [(task.label, by_task.get(task.value, [])) for task in MeetingTask],
        "turns": coming.select_related("meeting", "membership__person").order_by("meeting__starts_at", "task")[:20],
    }


@require_POST
def turn_take(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.membership(request.user, slug)
    meeting = access.meeting(membership, pk)
    task = request.POST.get("task", "")
    if task not in MeetingTask.values:
        raise Http404
    try:
        actions.take_turn(by=membership, meeting=meeting, task=task)
    except actions.TurnTaken:
        messages.warning(request, _("Someone else took this turn a moment ago."))
    else:
        messages.success(request, _("It is your turn."))
    return redirect(meeting)


@require_http_methods(["GET", "HEAD", "POST"])
def turn_pass(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.membership(request.user, slug)
    turn = access.turn(membership, pk)
    if turn.membership_id != membership.pk:
        access.require(membership, Power.COORDINATE)
    form = PassForm(posted(request), group=membership.group, holder=turn.membership)
    if form.is_valid():
        now = actions.pass_turn(by=membership, turn=turn, to=form.cleaned_data["to"])
        if now is None:
            messages.warning(request, _("Passed on. Nobody else takes turns at this: it is free for anyone."))
        else:
            handle = now.membership.person.handle
            messages.success(request, _("Passed on. It is the turn of %(handle)s now.") % {"handle": handle})
        return redirect(turn.meeting)
    context = {"form": form, "group": membership.group, "turn": turn}
    return render(request, "groups/turn_pass.html", context, status=status_of(form))
