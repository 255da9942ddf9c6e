"""Who is in a group."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from groups import access
from groups.models import Membership, Power


@require_safe
def member_list(request: HttpRequest, slug: str) -> HttpResponse:
    membership = access.membership(request.user, slug)
    members = Membership.objects.active().with_roles().filter(group=membership.group).order_by("person__handle")
    context = {
        "membership": membership,
        "group": membership.group,
        "members": members,
        "may_coordinate": membership.has_power(Power.COORDINATE),
    }
    return render(request, "groups/member_list.html", context)
