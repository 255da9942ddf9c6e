"""Topics: the shelves that guides stand on. They belong to the instance, not to a group."""

from typing import Self

from django.db import models
from django.db.models import Case, F, OuterRef, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from resources.languages import validate_tag


def in_preference(field: str, *languages: str) -> Case:
    """An ordering: these languages first, in this order, then the rest."""
    return Case(
        *(When(**{field: language}, then=Value(place)) for place, language in enumerate(languages)),
        default=Value(len(languages)),
    )


def topic_words(column: str, language: str, *, path: str = "", instead: F | Value) -> Coalesce:
    """A topic's name or description in this language; where it is missing, in English, then in any.

    `path` leads from the row to its topic, as in `guide__topic__`. `instead` stands where there are no words at all.
    """
    names = TopicName.objects.filter(topic=OuterRef(f"{path}pk")).order_by(in_preference("language", language, "en"))
    return Coalesce(Subquery(names.values(column)[:1]), instead, output_field=models.CharField())


class TopicQuerySet(models.QuerySet["Topic"]):
    def named_in(self, language: str) -> Self:
        """With `.name` and `.description`."""
        return self.annotate(
            name=topic_words("name", language, instead=F("slug")),
            description=topic_words("description", language, instead=Value("")),
        )


class Topic(models.Model):
    slug = models.SlugField(_("address"), max_length=60, unique=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = TopicQuerySet.as_manager()

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["position", "slug"]

    def __str__(self) -> str:
        return self.slug


class TopicName(models.Model):
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="names")
    language = models.CharField(_("language"), max_length=35, validators=[validate_tag])
    name = models.CharField(_("name"), max_length=80)
    description = models.CharField(_("description"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("topic name")
        verbose_name_plural = _("topic names")
        ordering = ["language"]
        constraints = [
            models.UniqueConstraint(fields=["topic", "language"], name="topic_name_once_per_language"),
        ]

    def __str__(self) -> str:
        return self.name
