"""Leaving a group."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from groups import access, actions


@require_http_methods(["GET", "HEAD", "POST"])
def group_leave(request: HttpRequest, slug: str) -> HttpResponse:
    """Two taps: the page that says what happens, and the button on it."""
    membership = access.membership(request.user, slug)
    blocked = False
    if request.method == "POST":
        try:
            actions.leave_group(by=membership)
        except actions.LastCoordinator:
            blocked = True
        else:
            messages.success(request, _("You have left %(group)s.") % {"group": membership.group.name})
            return redirect("groups:group-list")
    context = {"group": membership.group, "blocked": blocked}
    return render(request, "groups/group_leave.html", context, status=422 if blocked else 200)
