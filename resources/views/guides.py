"""Reading guides: by topic, one by one, in any language that there is."""

from dataclasses import dataclass
from itertools import groupby

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_http_methods

from resources.languages import Language
from resources.models import GuideTranslation, Topic


@login_not_required
@require_http_methods(["GET", "HEAD"])
def guide_list(request: HttpRequest) -> HttpResponse:
    by_topic = _by_topic()
    topics = [(topic, by_topic[topic.pk]) for topic in Topic.objects.named_in(_language()) if topic.pk in by_topic]
    return render(request, "resources/guide_list.html", {"topics": topics})


@login_not_required
@require_http_methods(["GET", "HEAD"])
def topic_detail(request: HttpRequest, slug: str) -> HttpResponse:
    topic = get_object_or_404(Topic.objects.named_in(_language()), slug=slug)
    return render(request, "resources/topic_detail.html", {"topic": topic, "guides": _by_topic().get(topic.pk, [])})


@login_not_required
@require_http_methods(["GET", "HEAD"])
def guide_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """The guide in the page's language; where nobody has translated it yet, as it was written, with a note."""
    text = GuideTranslation.objects.published().to_read(slug, _language()).first()
    if text is None:
        raise Http404
    return _guide_page(request, text)


@login_not_required
@require_http_methods(["GET", "HEAD"])
def guide_in_language(request: HttpRequest, slug: str, language: str) -> HttpResponse:
    """A guide in a language that the pages around it do not speak, such as Persian."""
    if Language(language).is_of_interface:
        with translation.override(language):
            return redirect("resources:guide-detail", slug)
    text = GuideTranslation.objects.published().to_read(slug, _language()).filter(language=language).first()
    if text is None:
        raise Http404
    return _guide_page(request, text, was_chosen=True)


def _guide_page(request: HttpRequest, text: GuideTranslation, *, was_chosen: bool = False) -> HttpResponse:
    places = [Place(text.guide.slug, Language(tag)) for tag in text.languages]
    places.sort(key=lambda each: (not each.language.is_of_interface, each.language.tag))
    return render(
        request,
        "resources/guide_detail.html",
        {
            "text": text,
            "guide": text.guide,
            "is_foreign": text.language != _language(),
            "is_missing": text.language != _language() and not was_chosen,
            "page_language": Language(_language()),
            "places": places,
            "other_places": [place for place in places if place.language.tag != text.language],
            "sources": text.guide.sources.filter(is_published=True),
        },
    )


@dataclass(frozen=True)
class Place:
    """Where a guide can be read in one of its languages."""

    slug: str
    language: Language

    @property
    def path(self) -> str:
        if not self.language.is_of_interface:
            return reverse("resources:guide-in-language", args=[self.slug, self.language.tag])
        with translation.override(self.language.tag):
            return reverse("resources:guide-detail", args=[self.slug])

    @property
    def address(self) -> str:
        """The whole address, as other programs want it."""
        return f"{settings.SITE_URL}{self.path}"


def _language() -> str:
    return translation.get_language() or settings.LANGUAGE_CODE


def _by_topic() -> dict[int, list[GuideTranslation]]:
    """The published guides of each topic, in their order, each in the best language for this page."""
    texts = sorted(
        GuideTranslation.objects.published().to_list().best_for(_language()),
        key=lambda each: (each.guide.topic_id, each.guide.position, each.guide.slug),
    )
    return {topic: list(group) for topic, group in groupby(texts, key=lambda each: each.guide.topic_id)}
