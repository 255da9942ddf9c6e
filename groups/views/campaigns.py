"""Campaigns: ours, and what the groups of our network tell us of theirs."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groups import access
from groups.actions import campaigns as actions
from groups.forms.campaigns import CampaignActionForm, CampaignForm, CampaignRecordsForm, ShareCampaignForm
from groups.models import Campaign, Membership, Power, SharedCampaign
from groups.views.forms import posted, status_of

ON_A_PAGE = 20


@require_safe
def campaign_list(request: HttpRequest, slug: str) -> HttpResponse:
    membership = access.membership(request.user, slug)
    ours = Campaign.objects.filter(group=membership.group).select_related("group").prefetch_related("shares")
    context = {
        "group": membership.group,
        "page": Paginator(ours.newest_first(), ON_A_PAGE).get_page(request.GET.get("page")),
        "others": SharedCampaign.objects.in_network_of(membership.group)[:ON_A_PAGE],
    }
    return render(request, "groups/campaign_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def campaign_start(request: HttpRequest, slug: str) -> HttpResponse:
    membership = access.membership(request.user, slug)
    form = CampaignForm(posted(request))
    if form.is_valid():
        campaign = actions.start_campaign(by=membership, **form.cleaned_data)
        messages.success(request, _("Started. Only your group reads it."))
        return redirect(campaign)
    context = {"form": form, "group": membership.group}
    return render(request, "groups/campaign_form.html", context, status=status_of(form))


@require_safe
def campaign_detail(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.membership(request.user, slug)
    return _campaign_page(request, membership, access.campaign(membership, pk), CampaignActionForm())


@require_POST
def campaign_act(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    """Add an action to a campaign, on the page of the campaign."""
    membership = access.membership(request.user, slug)
    campaign = access.campaign(membership, pk)
    form = CampaignActionForm(request.POST)
    if form.is_valid():
        try:
            actions.add_campaign_action(by=membership, campaign=campaign, **form.cleaned_data)
        except actions.TooManyActions:
            form.add_error("what", _("This campaign is full. Remove an action that is over."))
        else:
            messages.success(request, _("Added."))
            return redirect(campaign)
    return _campaign_page(request, membership, campaign, form)


def _campaign_page(
    request: HttpRequest, membership: Membership, campaign: Campaign, form: CampaignActionForm
) -> HttpResponse:
    may_change = campaign.may_be_changed_by(membership)
    found = campaign.actions.select_related("group", "written_by__person")
    context = {
        "group": membership.group,
        "campaign": campaign,
        "shared": campaign.shared,
        "actions": [(each, may_change or each.written_by_id == membership.pk) for each in found],
        "record_count": campaign.links.count(),
        "form": form,
        "may_change": may_change,
        "may_coordinate": membership.has_power(Power.COORDINATE),
    }
    return render(request, "groups/campaign_detail.html", context, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
def campaign_edit(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.membership(request.user, slug)
    campaign = access.campaign(membership, pk)
    if not campaign.may_be_changed_by(membership):
        raise PermissionDenied
    form = CampaignForm(posted(request), initial=CampaignForm.words_of(campaign))
    if form.is_valid():
        del form.cleaned_data["entry"]
        actions.change_campaign(by=membership, campaign=campaign, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect(campaign)
    context = {"form": form, "group": membership.group, "campaign": campaign}
    return render(request, "groups/campaign_form.html", context, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
def campaign_remove(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.membership(request.user, slug)
    campaign = access.campaign(membership, pk)
    if not campaign.may_be_changed_by(membership):
        raise PermissionDenied
    if request.method == "POST":
        actions.remove_campaign(by=membership, campaign=campaign)
        messages.success(request, _("Removed."))
        return redirect("groups:campaign-list", slug)
    return render(request, "groups/campaign_remove.html", {"group": membership.group, "campaign": campaign})


@require_POST
def campaign_action_remove(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.membership(request.user, slug)
    action = access.campaign_action(membership, pk)
    actions.remove_campaign_action(by=membership, action=action)
    messages.success(request, _("Removed."))
    return redirect(action.campaign)


@require_http_methods(["GET", "HEAD", "POST"])
def campaign_records(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    """Which rights records stand behind a campaign. Only those whose person agreed can be chosen."""
    membership = access.membership(request.user, slug, may=Power.COORDINATE)
    campaign = access.campaign(membership, pk)
    present = [link.record_id for link in campaign.links.all()]
    form = CampaignRecordsForm(posted(request), group=membership.group, initial={"records": present})
    if form.is_valid():
        actions.link_records(by=membership, campaign=campaign, rights_records=form.cleaned_data["records"])
        messages.success(request, _("Saved."))
        return redirect(campaign)
    context = {"form": form, "group": membership.group, "campaign": campaign, "any": form.fields["records"].queryset}  # type: ignore[attr-defined]
    return render(request, "groups/campaign_records.html", context, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
def campaign_share(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.membership(request.user, slug, may=Power.COORDINATE)
    campaign = access.campaign(membership, pk)
    shown = campaign.words_to_share()
    form = ShareCampaignForm(posted(request), group=membership.group, campaign=campaign, words=shown)
    if form.is_valid():
        actions.share_campaign(by=membership, campaign=campaign, **form.cleaned_data)
        messages.success(request, _("Shared. You can take it back at any time."))
        return redirect(campaign)
    context = {"form": form, "group": membership.group, "campaign": campaign, "shared": campaign.shared}
    return render(request, "groups/campaign_share.html", context, status=status_of(form))


@require_POST
def campaign_unshare(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.membership(request.user, slug, may=Power.COORDINATE)
    campaign = access.campaign(membership, pk)
    actions.unshare_campaign(by=membership, campaign=campaign)
    messages.success(request, _("Taken back."))
    return redirect(campaign)


@require_safe
def shared_campaign(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    """A campaign as other groups read it."""
    membership = access.membership(request.user, slug)
    context = {"group": membership.group, "shared": access.shared_campaign(membership, pk)}
    return render(request, "groups/shared_campaign.html", context)
