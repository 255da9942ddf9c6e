"""Who may do what in a group, until when, and how that came about."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F, Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groups import access, actions
from groups.forms import GiveRoleForm, PowersForm, RoleForm
from groups.models import Membership, Offer, Power, Role, RoleTerm
from groups.views.forms import posted, status_of

ON_A_PAGE = 20


@require_safe
def role_list(request: HttpRequest, slug: str) -> HttpResponse:
    """The roles of a group with who holds them, and who offers to."""
    membership = access.membership(request.user, slug)
    group = membership.group
    terms = RoleTerm.objects.current().filter(membership__left_on=None).select_related("membership__person")
    roles = Role.objects.in_use().filter(group=group).order_by("name", "pk")
    holders = Prefetch("terms", terms.order_by("membership__person__handle"), to_attr="current_terms")
    page = Paginator(roles.prefetch_related(holders), ON_A_PAGE).get_page(request.GET.get("page"))
    here = Membership.objects.ids_here(group)
    offers = Offer.objects.open().filter(group=group, is_takeover=False).with_backings().order_by("offered_on", "pk")
    context = {
        "group": group,
        "membership": membership,
        "page": page,
        "offers": [
            (each, len(each.behind()), each.needed(here), membership.pk in each.behind()) for each in offers[:ON_A_PAGE]
        ],
        "may_coordinate": membership.has_power(Power.COORDINATE),
    }
    return render(request, "groups/role_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def role_new(request: HttpRequest, slug: str) -> HttpResponse:
    membership = access.membership(request.user, slug, may=Power.COORDINATE)
    form = RoleForm(posted(request), group=membership.group)
    if form.is_valid():
        actions.make_role(by=membership, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("groups:role-list", slug)
    context = {"form": form, "group": membership.group}
    return render(request, "groups/role_form.html", context, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
def role_edit(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.membership(request.user, slug, may=Power.COORDINATE)
    role = access.role(membership, pk)
    initial = {name: getattr(role, name) for name in ("name", "powers", "term_months", "trusted_by")}
    form = RoleForm(posted(request), group=membership.group, role=role, initial=initial)
    if form.is_valid():
        try:
            actions.edit_role(by=membership, role=role, **form.cleaned_data)
        except actions.LastCoordinator:
            form.add_error("powers", _("Nobody else coordinates this group. Give someone else that power first."))
        else:
            messages.success(request, _("Saved."))
            return redirect("groups:role-list", slug)
    context = {"form": form, "group": membership.group, "role": role}
    return render(request, "groups/role_form.html", context, status=status_of(form))


@require_POST
def role_give_up(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.membership(request.user, slug, may=Power.COORDINATE)
    try:
        actions.give_up_role(by=membership, role=access.role(membership, pk))
    except actions.RoleIsHeld:
        messages.error(request, _("Somebody holds this role now. It can be given up when nobody does."))
    else:
        messages.success(request, _("The group does not have this role any more."))
    return redirect("groups:role-list", slug)


@require_http_methods(["GET", "HEAD", "POST"])
def role_give(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.membership(request.user, slug, may=Power.COORDINATE)
    role = access.role(membership, pk)
    form = GiveRoleForm(posted(request), group=membership.group)
    if form.is_valid():
        try:
            actions.give_role(by=membership, role=role, **form.cleaned_data)
        except actions.HeldByVote:
            form.add_error("member", _("Members gave them this role by vote. It ends with its term."))
        else:
            messages.success(request, _("Saved."))
            return redirect("groups:role-list", slug)
    context = {"form": form, "group": membership.group, "role": role}
    return render(request, "groups/role_give.html", context, status=status_of(form))


@require_POST
def role_offer(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.membership(request.user, slug)
    actions.offer_to_hold(by=membership, role=access.role(membership, pk))
    messages.success(request, _("Your offer stands. Now others can say that they trust you with it."))
    return redirect("groups:role-list", slug)


@require_POST
def offer_back(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.membership(request.user, slug)
    offer = actions.back_offer(by=membership, offer=access.offer(membership, pk))
    begun = offer.state == Offer.State.BEGUN
    messages.success(request, _("That is enough: the term has begun.") if begun else _("Your word is noted."))
    return redirect("groups:takeover" if offer.is_takeover and not begun else "groups:role-list", slug)


@require_POST
def offer_withdraw(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.membership(request.user, slug)
    actions.withdraw_offer(by=membership, offer=access.offer(membership, pk))
    messages.success(request, _("Taken back."))
    return redirect("groups:role-list", slug)


@require_safe
def term_list(request: HttpRequest, slug: str) -> HttpResponse:
    """Who held what from when until when."""
    membership = access.membership(request.user, slug)
    # What was given and taken back on one day was a slip, and leads to no question later.
    terms = RoleTerm.objects.filter(group=membership.group).exclude(ends_on=F("starts_on"))
    terms = terms.select_related("role", "membership__person")
    page = Paginator(terms.order_by("-starts_on", "pk"), ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "groups/term_list.html", {"group": membership.group, "page": page})


@require_POST
def term_hand_back(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.membership(request.user, slug)
    try:
        actions.hand_back(by=membership, term=access.role_term(membership, pk))
    except actions.HeldByVote:
        messages.error(request, _("Members gave them this role by vote. It ends with its term."))
    else:
        messages.success(request, _("Handed back."))
    return redirect("groups:role-list", slug)


@require_http_methods(["GET", "HEAD", "POST"])
def takeover(request: HttpRequest, slug: str) -> HttpResponse:
    """A group that nobody coordinates: any member can offer to, and enough of them together decide."""
    membership = access.membership(request.user, slug)
    group = membership.group
    if not actions.needs_takeover(group=group):
        return redirect(group)
    if request.method == "POST":
        offer = actions.take_on(by=membership)
        begun = offer is None or offer.state == Offer.State.BEGUN
        messages.success(request, _("You coordinate now.") if begun else _("Your offer stands. Ask others to say yes."))
        return redirect(group if begun else "groups:takeover", *([] if begun else [slug]))
    here = Membership.objects.ids_here(group)
    offers = Offer.objects.open().filter(group=group, is_takeover=True).with_backings().order_by("offered_on", "pk")
    context = {
        "group": group,
        "membership": membership,
        "needed": group.enough_of(len(here)),
        "offers": [(each, len(each.behind()), membership.pk in each.behind()) for each in offers[:ON_A_PAGE]],
        "is_offering": any(each.membership_id == membership.pk for each in offers),
    }
    return render(request, "groups/takeover.html", context)


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
