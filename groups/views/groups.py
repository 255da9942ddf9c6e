"""Groups."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from groups import access, actions
from groups.forms import FoundGroupForm, GroupForm
from groups.models import Group, Power
from groups.views.forms import posted, status_of
from groups.views.me import signed_in


@require_safe
def group_list(request: HttpRequest) -> HttpResponse:
    return render(request, "groups/group_list.html", {"memberships": access.memberships_of(request.user)})


@require_http_methods(["GET", "HEAD", "POST"])
def group_found(request: HttpRequest) -> HttpResponse:
    person = signed_in(request)
    initial = {"language": person.language, "time_zone": person.time_zone}
    form = FoundGroupForm(posted(request), initial=initial)
    if form.is_valid():
        group = actions.found_group(by=person, **form.cleaned_data)
        messages.success(request, _("%(group)s is founded.") % {"group": group.name})
        return redirect(group)
    return render(request, "groups/group_found.html", {"form": form}, status=status_of(form))


@require_safe
def group_detail(request: HttpRequest, slug: str) -> HttpResponse:
    membership = access.membership(request.user, slug)
    group = membership.group
    context = {
        "membership": membership,
        "group": group,
        # Asked for by itself: the network may be one that this person is not shown.
        "network": Group.objects.filter(affiliates=group).first(),
        "may_coordinate": membership.has_power(Power.COORDINATE),
        "needs_takeover": actions.needs_takeover(group=group),
        "application_count": group.applications.waiting().count(),
        "may_log": membership.has_power(Power.LOG_OUTREACH),
        "next_meetings": group.meetings.going_ahead().coming()[:3],
        "member_count": group.memberships.active().count(),
    }
    return render(request, "groups/group_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def group_edit(request: HttpRequest, slug: str) -> HttpResponse:
    membership = access.membership(request.user, slug, may=Power.COORDINATE)
    form = GroupForm(posted(request), instance=membership.group)
    if request.method == "POST" and form.is_valid():
        actions.describe_group(by=membership, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect(membership.group)
    return render(request, "groups/group_edit.html", {"form": form, "group": membership.group}, status=status_of(form))
