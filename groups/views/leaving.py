"""Leaving: a group, or altogether; and taking along what is held about oneself."""

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from groups import access, actions, own_data
from groups.actions.roles import is_last_coordinator
from groups.forms import EraseForm, LeaveForm
from groups.models import Power
from groups.views.forms import posted, status_of
from groups.views.me import signed_in


@require_http_methods(["GET", "HEAD", "POST"])
def group_leave(request: HttpRequest, slug: str) -> HttpResponse:
    """Two taps: the page that says what happens, and the button on it."""
    membership = access.membership(request.user, slug)
    form = LeaveForm(posted(request))
    if form.is_valid():
        actions.leave_group(by=membership, **form.cleaned_data)
        messages.success(request, _("You have left %(group)s.") % {"group": membership.group.name})
        return redirect("groups:group-list")
    group = membership.group
    context = {
        "group": group,
        "form": form,
        "is_last": is_last_coordinator(membership),
        "is_alone": group.memberships.active().count() == 1,
        "may_take_along": membership.has_power(Power.COORDINATE),
    }
    return render(request, "groups/group_leave.html", context, status=status_of(form))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def my_data(request: HttpRequest) -> HttpResponse:
    """What is held about this person, made while they wait. Asked for only by someone who proved who they are."""
    person = signed_in(request)
    if request.method == "POST":
        response = HttpResponse(own_data.as_zip(person), content_type="application/zip")
        response["Content-Disposition"] = 'attachment; filename="my-data.zip"'
        return response
    return render(request, "groups/my_data.html", {"person": person})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest) -> HttpResponse:
    person = signed_in(request)
    form = EraseForm(posted(request))
    if form.is_valid():
        actions.erase_person(by=person, keep_words=form.cleaned_data["keep_words"])
        logout(request)
        return redirect("groups:erased")
    memberships = access.memberships_of(person)
    context = {"form": form, "leaves_nobody": [each.group for each in memberships if is_last_coordinator(each)]}
    return render(request, "groups/erase.html", context, status=status_of(form))


@login_not_required
@require_safe
def erased(request: HttpRequest) -> HttpResponse:
    return render(request, "groups/erased.html")
