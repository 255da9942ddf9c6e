"""Searching the guides. What was searched for is written nowhere."""

from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from resources.forms import SearchForm
from resources.models import GuideTranslation
from resources.search import Question

MOST_FOUND = 30


@login_not_required
@require_http_methods(["GET", "HEAD"])
def guide_search(request: HttpRequest) -> HttpResponse:
    """The guides in the page's language that answer, then those that exist in other languages only."""
    form = SearchForm(request.GET if "q" in request.GET else None)
    question = form.cleaned_data["q"] if form.is_valid() else ""
    found, elsewhere = _answers(question) if question else ([], [])
    return render(
        request,
        "resources/guide_search.html",
        {"form": form, "question": question, "found": found, "elsewhere": elsewhere},
    )


def _answers(words: str) -> tuple[list[GuideTranslation], list[GuideTranslation]]:
    language = get_language() or settings.LANGUAGE_CODE
    texts = GuideTranslation.objects.published().to_list()
    found = texts.filter(language=language).answering(Question.of(words, [language]))
    missing = texts.missing_in(language)
    elsewhere: dict[UUID, GuideTranslation] = {}
    for text in missing.answering(Question.of(words, missing.tongues())):
        elsewhere.setdefault(text.guide_id, text)
    return list(found[:MOST_FOUND]), list(elsewhere.values())[:MOST_FOUND]
