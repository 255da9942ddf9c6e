"""Guides that a group is writing: grown from a practice, read and changed by who may, and by nobody else."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groups.access import practice as practice_of
from groups.views.forms import posted, status_of
from resources import access, actions
from resources.forms import DraftForm, GrowForm
from resources.languages import Language
from resources.models import GuideTranslation

ON_A_PAGE = 20


@require_safe
def draft_list(request: HttpRequest, slug: str) -> HttpResponse:
    membership = access.drafting_member(request.user, slug)
    drafts = GuideTranslation.objects.drafts_of(membership.group).defer("body", "body_html", "search")
    page = Paginator(drafts, ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "resources/draft_list.html", {"group": membership.group, "page": page})


@require_http_methods(["GET", "HEAD", "POST"])
def draft_grow(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.drafting_member(request.user, slug)
    practice = practice_of(membership, pk)
    present = GuideTranslation.objects.filter(group=membership.group, guide__grown_from=practice.pk).first()
    if present is not None:
        return _to(slug, present)
    form = GrowForm(posted(request), group=membership.group, practice=practice)
    if form.is_valid():
        draft = actions.grow_guide(by=membership, practice=practice, **form.cleaned_data)
        messages.success(request, _("The draft is there. Nobody outside your group sees it."))
        return _to(slug, draft)
    context = {"form": form, "group": membership.group, "practice": practice}
    return render(request, "resources/draft_grow.html", context, status=status_of(form))


def _to(slug: str, text: GuideTranslation) -> HttpResponse:
    """To the page of a draft; once it is published, to what everybody reads."""
    return redirect(text.guide) if text.is_published else redirect("front:draft-edit", slug, text.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def draft_edit(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.drafting_member(request.user, slug)
    text = access.draft(membership, pk)
    form = DraftForm(posted(request), group=membership.group, initial=DraftForm.words_of(text))
    if form.is_valid():
        try:
            actions.edit_draft(by=membership, text=text, **form.cleaned_data)
        except actions.DraftOver as error:
            raise Http404 from error
        messages.success(request, _("Saved."))
        return redirect("front:draft-edit", slug, pk)
    context = {"form": form, "group": membership.group, "text": text, "tongue": Language(text.language)}
    return render(request, "resources/draft_edit.html", context, status=status_of(form))


@require_POST
def draft_remove(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.drafting_member(request.user, slug)
    try:
        actions.remove_draft(by=membership, text=access.draft(membership, pk))
    except actions.DraftOver as error:
        raise Http404 from error
    messages.success(request, _("Removed. The practice is still there."))
    return redirect("front:draft-list", slug)
