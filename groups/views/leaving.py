"""Leaving a group."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from groups import access, actions
from groups.actions.roles import is_last_coordinator
from groups.forms import LeaveForm
from groups.views.forms import posted, status_of


@require_http_methods(["GET", "HEAD", "POST"])
def group_leave(request: HttpRequest, slug: str) -> HttpResponse:
    """Two taps: the page that says what happens, and the button on it."""
    membership = access.membership(request.user, slug)
    form = LeaveForm(posted(request))
    if form.is_valid():
        actions.leave_group(by=membership, **form.cleaned_data)
        messages.success(request, _("You have left %(group)s.") % {"group": membership.group.name})
        return redirect("groups:group-list")
    context = {"group": membership.group, "form": form, "is_last": is_last_coordinator(membership)}
    return render(request, "groups/group_leave.html", context, status=status_of(form))
