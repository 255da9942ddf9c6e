"""What there is to do, by whom, until when."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groups import access, actions
from groups.forms import ActionItemForm
from groups.models import Meeting, Membership
from groups.views.forms import posted, status_of

_ON_A_PAGE = 30


@require_safe
def action_item_list(request: HttpRequest, slug: str) -> HttpResponse:
    membership = access.membership(request.user, slug)
    shown = "done" if request.GET.get("done") else "open"
    items = membership.group.action_items.done() if shown == "done" else membership.group.action_items.open()
    page = Paginator(items.with_people(), _ON_A_PAGE).get_page(request.GET.get("page"))
    context = {"group": membership.group, "membership": membership, "page": page, "shown": shown}
    return render(request, "groups/action_item_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def action_item_add(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.membership(request.user, slug)
    meeting = access.meeting(membership, pk)
    form = ActionItemForm(posted(request), group=membership.group)
    if form.is_valid():
        try:
            actions.add_action_item(by=membership, meeting=meeting, **form.cleaned_data)
        except actions.TooManyActionItems:
            form.add_error(None, _("This meeting has given out enough to do. Finish something first."))
        else:
            messages.success(request, _("Written down. It comes back to each agenda until it is done."))
            return HttpResponseRedirect(f"{meeting.get_absolute_url()}#to-do")
    context = {"form": form, "group": membership.group, "meeting": meeting}
    return render(request, "groups/action_item_edit.html", context, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
def action_item_edit(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.membership(request.user, slug)
    item = access.action_item(membership, pk)
    form = ActionItemForm(posted(request), group=membership.group, item=item)
    if form.is_valid():
        actions.change_action_item(by=membership, item=item, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("groups:action-item-list", slug)
    context = {"form": form, "group": membership.group, "item": item}
    return render(request, "groups/action_item_edit.html", context, status=status_of(form))


@require_POST
def action_item_done(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.membership(request.user, slug)
    item = access.action_item(membership, pk)
    if request.POST.get("reopen"):
        actions.reopen_action_item(by=membership, item=item)
    else:
        actions.finish_action_item(by=membership, item=item)
        messages.success(request, _("Done. Thank you."))
    # Back to the meeting in whose room it was pressed, when it is one of this group.
    meeting = _meeting(membership, request.POST.get("meeting", ""))
    return redirect(meeting) if meeting else redirect("groups:action-item-list", slug)


def _meeting(membership: Membership, pk: str) -> Meeting | None:
    try:
        return membership.group.meetings.filter(pk=UUID(pk)).first()
    except ValueError:
        return None
