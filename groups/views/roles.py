"""Who may do what in a group."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from groups import access, actions
from groups.forms import PowersForm
from groups.models import Power
from groups.views.forms import posted, status_of


@require_http_methods(["GET", "HEAD", "POST"])
def member_powers(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.membership(request.user, slug, may=Power.COORDINATE)
    member = access.fellow_member(membership, pk)
    ends = [term.ends_on for term in member.current_terms if term.ends_on]
    initial = {"powers": [str(power) for power in member.powers], "until": min(ends, default=None)}
    form = PowersForm(posted(request), initial=initial)
    if form.is_valid():
        try:
            actions.set_powers(by=membership, member=member, **form.cleaned_data)
        except actions.LastCoordinator:
            form.add_error("powers", _("Nobody else coordinates this group. Give someone else that power first."))
        except actions.HeldByVote:
            form.add_error("powers", _("Members gave a role with this power by vote. It ends with its term."))
        else:
            messages.success(request, _("Saved."))
            return redirect("groups:member-list", slug)
    context = {"form": form, "group": membership.group, "member": member}
    return render(request, "groups/member_powers.html", context, status=status_of(form))
