"""Guides: what people need to know, in many languages, each claim with its source.

A guide belongs to the group that made it. Published rows can be read by anybody; drafts only by that group.
"""

import re
import uuid
from typing import TYPE_CHECKING, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from groups.models import Group
from resources.languages import Language, validate_tag
from resources.models.topics import Topic, in_preference, topic_words
from resources.rendering import as_page

if TYPE_CHECKING:
    from resources.search import Question

# Words that stand for pages of their own beside the guides.
RESERVED_SLUGS = frozenset({"search", "topics"})

_HEADING = re.compile(r'<h2 id="([^"]+)">(.*?)</h2>', re.DOTALL)
_BLOCK = re.compile(r'<section class="block-(\w+)">.*?</section>', re.DOTALL)


class Guide(models.Model):
    """One guide, whatever the language."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(_("address"), max_length=60, unique=True)
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="guides")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    # Who made it. Published guides stay when the group goes: people rely on them.
    group = models.ForeignKey(Group, null=True, on_delete=models.SET_NULL, related_name="guides")
    original_language = models.CharField(_("written in"), max_length=35, validators=[validate_tag])
    is_published = models.BooleanField(_("published"), default=False)
    # The practice it grew from: its id only, so that the guide stays when the practice or the group goes.
    grown_from = models.UUIDField(null=True, blank=True, editable=False)
    # The group that worked it out, by name if it agreed. Empty: a group.
    credit = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        verbose_name = _("guide")
        verbose_name_plural = _("guides")
        ordering = ["topic__position", "position", "slug"]
        constraints = [
            # What translations and sources point at together, so that theirs is always the group of their guide.
            models.UniqueConstraint(fields=["id", "group"], name="guide_with_its_group"),
            models.CheckConstraint(condition=~Q(slug__in=sorted(RESERVED_SLUGS)), name="guide_slug_is_free"),
            models.UniqueConstraint(fields=["group", "grown_from"], name="guide_grown_once"),
        ]

    def __str__(self) -> str:
        return self.slug

    def get_absolute_url(self) -> str:
        return reverse("resources:guide-detail", args=[self.slug])

    @property
    def maker(self) -> Group | None:
        """The group to thank, when it wants to be known."""
        group = self.group
        return group if group is not None and group.visibility == Group.Visibility.PUBLIC else None


class GuideTranslationQuerySet(models.QuerySet["GuideTranslation"]):
    def drafts_of(self, group: Group) -> Self:
        """What a group is writing and has not published."""
        return self.filter(group=group, is_published=False).select_related("guide").order_by("title", "pk")

    def published(self) -> Self:
        return self.filter(is_published=True, guide__is_published=True)

    def to_list(self) -> Self:
        """With what a list shows, and without the long texts."""
        return self.select_related("guide").defer("body", "body_html", "search")

    def best_for(self, language: str) -> Self:
        """Each guide once: in this language, else as first written, else in any language."""
        return self.order_by(
            "guide_id",
            in_preference("language", language),
            models.Case(models.When(language=F("guide__original_language"), then=0), default=1),
            "language",
        ).distinct("guide_id")

    def for_danger(self) -> Self:
        """Those that say what to do when a life is in danger."""
        return self.filter(body_html__contains='<section class="block-now">').select_related("guide__topic")

    def to_read(self, slug: str, language: str) -> Self:
        """One guide, best in this language, with all that its page shows except the sources: in one query.

        Adds `.languages`, the tags it can be read in, and `.topic_name`.
        """
        siblings = GuideTranslation.objects.published().filter(guide=OuterRef("guide")).order_by("language")
        topic = topic_words("name", language, path="guide__topic__", instead=F("guide__topic__slug"))
        return (
            self.filter(guide__slug=slug)
            .select_related("guide__group", "guide__topic")
            .defer("body", "search", "guide__group__wrapped_keys")
            .annotate(languages=ArraySubquery(siblings.values("language")), topic_name=topic)
            .best_for(language)
        )

    def missing_in(self, language: str) -> Self:
        """Texts of guides that nobody has translated into this language."""
        there = GuideTranslation.objects.published().filter(guide=OuterRef("guide"), language=language)
        return self.exclude(Exists(there))

    def tongues(self) -> list[str]:
        return list(self.order_by().values_list("language", flat=True).distinct())

    def answering(self, question: "Question") -> Self:
        """Those with every word asked for, the best first. A text is searched by the rules of its own language."""
        return (
            self.annotate(rank=question.rank())
            .filter(question.condition())
            .order_by("-rank", "guide__position", "title")
        )


class GuideTranslation(models.Model):
    """A guide in one language. Everybody reads `body_html`, which was checked and rendered when it was published."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    guide = models.ForeignKey(Guide, on_delete=models.CASCADE, related_name="translations")
    group = models.ForeignKey(Group, null=True, on_delete=models.SET_NULL, related_name="+")
    language = models.CharField(_("language"), max_length=35, validators=[validate_tag])
    title = models.CharField(_("title"), max_length=120)
    summary = models.CharField(_("summary"), max_length=300)
    body = models.TextField(_("text"), max_length=30_000)
    body_html = models.TextField(blank=True, default="", editable=False)
    version = models.PositiveIntegerField(_("version"), default=1)
    published_on = models.DateField(_("published on"), null=True, blank=True)
    last_checked_on = models.DateField(_("last checked by people who use"), null=True, blank=True)
    is_published = models.BooleanField(_("published"), default=False)
    search = SearchVectorField(null=True, editable=False)

    # Added by `to_read`.
    languages: "list[str]"
    topic_name: str

    objects = GuideTranslationQuerySet.as_manager()

    class Meta:
        verbose_name = _("translation")
        verbose_name_plural = _("translations")
        constraints = [
            models.UniqueConstraint(fields=["guide", "language"], name="guide_once_per_language"),
            models.CheckConstraint(
                condition=Q(is_published=False) | (~Q(body_html="") & Q(published_on__isnull=False)),
                name="guide_published_whole",
            ),
        ]
        indexes = [GinIndex(fields=["search"], name="guide_search")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return self.guide.get_absolute_url()

    @property
    def tongue(self) -> Language:
        return Language(self.language)

    @property
    def is_original(self) -> bool:
        return self.language == self.guide.original_language

    @property
    def body_as_page(self) -> SafeString:
        """The text as it stands on a page."""
        return as_page(self.body_html, self.tongue)

    @property
    def contents(self) -> list[tuple[str, str]]:
        """The parts, as pairs of (id, heading)."""
        return [(anchor, mark_safe(strip_tags(words))) for anchor, words in _HEADING.findall(self.body_html)]  # noqa: S308 (was cleaned by nh3 when published)

    def blocks(self, kind: str) -> list[SafeString]:
        """The blocks of this kind, to stand on another page: their citations lead back to the guide."""
        here = f'href="{self.get_absolute_url()}#'
        found = (block[0] for block in _BLOCK.finditer(self.body_html) if block[1] == kind)
        return [as_page(block.replace('href="#', here), self.tongue) for block in found]

    @property
    def now_blocks(self) -> list[SafeString]:
        return self.blocks("now")

    @property
    def step_blocks(self) -> list[SafeString]:
        return self.blocks("steps")


class Source(models.Model):
    """Where a claim comes from. Texts cite it by `key`; readers see `number`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    guide = models.ForeignKey(Guide, on_delete=models.CASCADE, related_name="sources")
    group = models.ForeignKey(Group, null=True, on_delete=models.SET_NULL, related_name="+")
    key = models.CharField(
        _("key"),
        max_length=40,
        validators=[RegexValidator(r"\A[a-z0-9]+(-[a-z0-9]+)*\Z", _("Use small letters, digits and hyphens."))],
    )
    number = models.PositiveSmallIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=300)
    publisher = models.CharField(_("publisher"), max_length=200)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    url = models.URLField(_("address"), max_length=300, blank=True)
    is_published = models.BooleanField(_("published"), default=False)

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["guide", "number"]
        constraints = [
            models.UniqueConstraint(fields=["guide", "key"], name="source_key_once_per_guide"),
            models.UniqueConstraint(
                fields=["guide", "number"], name="source_number_once_per_guide", deferrable=models.Deferrable.DEFERRED
            ),
        ]

    def __str__(self) -> str:
        return f"{self.publisher}: {self.title}"
