"""Practices: our own, what others share, and carrying it on."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groups import access
from groups.actions import practices as actions
from groups.forms.practices import CommentForm, PracticeForm, SharePracticeForm
from groups.models import Carrying, Membership, Power, Practice, SharedPractice
from groups.models.practices import spread_of
from groups.views.forms import posted, status_of

ON_A_PAGE = 20
COMMENTS_ON_A_PAGE = 30


@require_safe
def practice_list(request: HttpRequest, slug: str) -> HttpResponse:
    membership = access.membership(request.user, slug)
    ours = Practice.objects.filter(group=membership.group).with_sharing().newest_first()
    context = {
        "group": membership.group,
        "page": Paginator(ours, ON_A_PAGE).get_page(request.GET.get("page")),
        "others": SharedPractice.objects.of_others(membership.group).count(),
    }
    return render(request, "groups/practice_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def practice_write(request: HttpRequest, slug: str) -> HttpResponse:
    membership = access.membership(request.user, slug)
    form = PracticeForm(posted(request), group=membership.group)
    if form.is_valid():
        practice = actions.write_practice(by=membership, **form.cleaned_data)
        messages.success(request, _("Written down. Only your group reads it."))
        return redirect(practice)
    context = {"form": form, "group": membership.group}
    return render(request, "groups/practice_form.html", context, status=status_of(form))


@require_safe
def practice_detail(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.membership(request.user, slug)
    return _practice_page(request, membership, access.practice(membership, pk), CommentForm())


@require_POST
def practice_comment(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.membership(request.user, slug)
    practice = access.practice(membership, pk)
    form = CommentForm(request.POST)
    if form.is_valid():
        actions.comment_on_practice(by=membership, practice=practice, **form.cleaned_data)
        return redirect(f"{practice.get_absolute_url()}?page=last#comments")
    return _practice_page(request, membership, practice, form)


def _practice_page(request: HttpRequest, membership: Membership, practice: Practice, form: CommentForm) -> HttpResponse:
    comments = practice.comments.select_related("group", "written_by__person")
    paginator = Paginator(comments, COMMENTS_ON_A_PAGE)
    wanted = request.GET.get("page")
    context = {
        "group": membership.group,
        "practice": practice,
        "shared": practice.shared,
        "carrying": Carrying.objects.filter(practice=practice).select_related("shared").first(),
        "page": paginator.get_page(paginator.num_pages if wanted == "last" else wanted),
        "form": form,
        "may_change": practice.may_be_changed_by(membership),
        "may_coordinate": membership.has_power(Power.COORDINATE),
        "may_grow": membership.may_draft_guides,
    }
    return render(request, "groups/practice_detail.html", context, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
def practice_edit(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.membership(request.user, slug)
    practice = access.practice(membership, pk)
    if not practice.may_be_changed_by(membership):
        raise PermissionDenied
    form = PracticeForm(posted(request), group=membership.group, initial=PracticeForm.words_of(practice))
    if form.is_valid():
        del form.cleaned_data["entry"]
        actions.change_practice(by=membership, practice=practice, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect(practice)
    context = {"form": form, "group": membership.group, "practice": practice}
    return render(request, "groups/practice_form.html", context, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
def practice_remove(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.membership(request.user, slug)
    practice = access.practice(membership, pk)
    if not practice.may_be_changed_by(membership):
        raise PermissionDenied
    if request.method == "POST":
        actions.remove_practice(by=membership, practice=practice)
        messages.success(request, _("Removed."))
        return redirect("groups:practice-list", slug)
    return render(request, "groups/practice_remove.html", {"group": membership.group, "practice": practice})


@require_http_methods(["GET", "HEAD", "POST"])
def practice_share(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.membership(request.user, slug, may=Power.COORDINATE)
    practice = access.practice(membership, pk)
    form = SharePracticeForm(posted(request), group=membership.group, practice=practice)
    if form.is_valid():
        actions.share_practice(by=membership, practice=practice, **form.cleaned_data)
        messages.success(request, _("Shared. You can take it back at any time."))
        return redirect(practice)
    context = {"form": form, "group": membership.group, "practice": practice, "shared": practice.shared}
    return render(request, "groups/practice_share.html", context, status=status_of(form))


@require_POST
def practice_unshare(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.membership(request.user, slug, may=Power.COORDINATE)
    practice = access.practice(membership, pk)
    actions.unshare_practice(by=membership, practice=practice)
    messages.success(request, _("Taken back. Groups that carry it on keep what they made of it."))
    return redirect(practice)


# --- What others share ------------------------------------------------------------------------------------------------


@require_safe
def shared_list(request: HttpRequest, slug: str) -> HttpResponse:
    membership = access.membership(request.user, slug)
    found = SharedPractice.objects.of_others(membership.group)
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    spread = spread_of([each.pk for each in page])
    ours = Carrying.objects.filter(group=membership.group, shared__in=list(page))
    ours = Carrying.objects.filter(group=membership.group, shared__in=list(page))
    carried = set(ours.values_list("shared", flat=True))
    context = {
        "group": membership.group,
        "page": page,
        "rows": [(each, spread[each.pk], each.pk in carried) for each in page],
    }
    return render(request, "groups/shared_list.html", context)


@require_safe
def shared_detail(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.membership(request.user, slug)
    shared = access.shared_practice(membership, pk)
    carrying = Carrying.objects.filter(group=membership.group, shared=shared).select_related("practice__group").first()
    context = {
        "group": membership.group,
        "shared": shared,
        "carrying": carrying,
        "is_ours": shared.group_id == membership.group_id,
        "spread": shared.spread,
        "names": shared.carried_on_by_name,
        "came_from": shared.came_from_for(membership.group),
        "versions": SharedPractice.objects.readable_by(membership.group).filter(came_from=shared)[:ON_A_PAGE],
    }
    return render(request, "groups/shared_detail.html", context)


@require_POST
def shared_carry_on(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    """We do this too."""
    membership = access.membership(request.user, slug)
    shared = access.shared_practice(membership, pk)
    practice = actions.carry_on_practice(by=membership, shared=shared)
    messages.success(request, _("Your group carries this on. It is among your practices now."))
    return redirect(practice)


@require_http_methods(["GET", "HEAD", "POST"])
def shared_change(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    """We changed it: the words of the others, to be made one's own."""
    membership = access.membership(request.user, slug)
    shared = access.shared_practice(membership, pk)
    if shared.group_id == membership.group_id:
        raise PermissionDenied
    form = PracticeForm(posted(request), group=membership.group, initial=PracticeForm.words_of(shared))
    if form.is_valid():
        del form.cleaned_data["entry"]
        kind = Carrying.Kind.CHANGED
        practice = actions.carry_on_practice(by=membership, shared=shared, kind=kind, **form.cleaned_data)
        messages.success(request, _("Your group carries this on in its own way. It is among your practices now."))
        return redirect(practice)
    context = {"form": form, "group": membership.group, "shared": shared}
    return render(request, "groups/practice_form.html", context, status=status_of(form))
