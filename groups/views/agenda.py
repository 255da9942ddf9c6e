"""Adding to an agenda, and saying what one wants to talk about."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from groups import access, actions
from groups.forms import AgendaItemForm
from groups.models import AgendaItem
from groups.views.forms import posted, status_of


@require_http_methods(["GET", "HEAD", "POST"])
def agenda_add(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.membership(request.user, slug)
    meeting = access.meeting(membership, pk)
    form = AgendaItemForm(posted(request))
    if form.is_valid():
        try:
            item = actions.add_agenda_item(by=membership, meeting=meeting, **form.cleaned_data)
        except actions.AgendaFull:
            form.add_error(None, _("This agenda is full. Take something off, or wait for the next meeting."))
        else:
            messages.success(request, _("It is on the agenda."))
            return _back_to(item)
    context = {"form": form, "group": membership.group, "meeting": meeting}
    return render(request, "groups/agenda_add.html", context, status=status_of(form))


@require_POST
def agenda_support(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.membership(request.user, slug)
    item = access.agenda_item(membership, pk)
    if request.POST.get("withdraw"):
        actions.withdraw_support(by=membership, item=item)
    else:
        actions.support_agenda_item(by=membership, item=item)
    return _back_to(item)


@require_POST
def agenda_remove(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.membership(request.user, slug)
    item = access.agenda_item(membership, pk)
    actions.remove_agenda_item(by=membership, item=item)
    messages.success(request, _("It is off the agenda."))
    return redirect(item.meeting) if item.meeting else redirect("groups:meeting-list", slug)


def _back_to(item: AgendaItem) -> HttpResponse:
    """The meeting, at this item: on a phone nobody wants to scroll back."""
    if item.meeting is None:
        return redirect("groups:meeting-list", item.group.slug)
    return HttpResponseRedirect(f"{item.meeting.get_absolute_url()}#item-{item.pk}")
