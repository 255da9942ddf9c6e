"""Rights records: any member writes one down; who wrote it and who coordinates read it."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from groups import access
from groups.actions import rights as actions
from groups.forms.rights import FollowUpForm, RightsForm
from groups.models import Power, RightsRecord
from groups.views.forms import posted, status_of

ON_A_PAGE = 20


@require_safe
def rights_list(request: HttpRequest, slug: str) -> HttpResponse:
    membership = access.membership(request.user, slug)
    records = RightsRecord.objects.readable_by(membership).select_related("group").newest_first()
    context = {
        "group": membership.group,
        "page": Paginator(records, ON_A_PAGE).get_page(request.GET.get("page")),
        "may_coordinate": membership.has_power(Power.COORDINATE),
    }
    return render(request, "groups/rights_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def rights_write(request: HttpRequest, slug: str) -> HttpResponse:
    membership = access.membership(request.user, slug)
    form = RightsForm(posted(request), group=membership.group)
    if form.is_valid():
        record = actions.record_rights(by=membership, **form.cleaned_data)
        messages.success(request, _("Written down. You and whoever coordinates can read it, nobody else."))
        return redirect(record)
    context = {"form": form, "group": membership.group}
    return render(request, "groups/rights_form.html", context, status=status_of(form))


@require_safe
def rights_detail(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.membership(request.user, slug)
    record = access.rights_record(membership, pk)
    context = {
        "group": membership.group,
        "record": record,
        "campaigns": [link.campaign for link in record.links.select_related("campaign__group")],
    }
    return render(request, "groups/rights_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def rights_follow_up(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.membership(request.user, slug)
    record = access.rights_record(membership, pk)
    form = FollowUpForm(posted(request), group=membership.group, initial=FollowUpForm.words_of(record))
    if form.is_valid():
        actions.follow_up_rights(by=membership, rights_record=record, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect(record)
    context = {"form": form, "group": membership.group, "record": record}
    return render(request, "groups/rights_follow_up.html", context, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
def rights_remove(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.membership(request.user, slug)
    record = access.rights_record(membership, pk)
    if request.method == "POST":
        actions.remove_rights_record(by=membership, rights_record=record)
        messages.success(request, _("Removed, to the last word."))
        return redirect("groups:rights-list", slug)
    return render(request, "groups/rights_remove.html", {"group": membership.group, "record": record})
