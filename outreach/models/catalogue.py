"""What is handed out: the catalogue of items, the same for the whole instance, and each group's own kits."""

import uuid
from typing import Self

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from groups.models import Group

FALLBACK_LANGUAGE = "en"


def shown_name(language: str, item: str = "pk", slug: str = "slug") -> Coalesce:
    """SQL of an item's name in `language`, else in English, else its slug. `item`, `slug`: paths from the query."""

    def name_in(code: str) -> Subquery:
        return Subquery(ItemName.objects.filter(item=OuterRef(item), language=code).values("name")[:1])

    base = language.split("-", maxsplit=1)[0]
    return Coalesce(
        name_in(language), name_in(base), name_in(FALLBACK_LANGUAGE), F(slug), output_field=models.CharField()
    )


class ItemQuerySet(models.QuerySet["Item"]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def named_in(self, language: str) -> Self:
        return self.annotate(shown_name=shown_name(language))


class Item(models.Model):
    """One thing that is handed out. The operator edits the catalogue; it holds nothing about anyone.

    `syringes_per_unit`: complete needle-syringes in one unit; 0 for loose needles and barrels, which are never
    added up. `doses_per_unit`: naloxone doses in one unit, so a two-dose kit is 2. `expires`: has a date on it.
    """

    class Category(models.TextChoices):
        INJECTION = "injection", _("Injecting")
        INHALATION = "inhalation", _("Smoking and sniffing")
        NALOXONE = "naloxone", _("Naloxone")
        TESTING_STRIPS = "testing_strips", _("Test strips")
        WOUND_CARE = "wound_care", _("Wound care")
        SAFER_SEX = "safer_sex", _("Safer sex")
        DISPOSAL = "disposal", _("Disposal")
        OTHER = "other", _("Other")

    class Unit(models.TextChoices):
        PIECE = "piece", _("piece")
        PACK = "pack", _("pack")
        BOX = "box", _("box")
        DOSE_KIT = "dose_kit", _("dose kit")

    class NaloxoneRoute(models.TextChoices):
        NASAL = "nasal", _("nasal")
        INJECTABLE = "injectable", _("injectable")

    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    category = models.CharField(_("category"), max_length=20, choices=Category)
    unit = models.CharField(_("unit"), max_length=10, choices=Unit, default=Unit.PIECE)
    syringes_per_unit = models.PositiveSmallIntegerField(_("needle-syringes in one unit"), default=0)
    doses_per_unit = models.PositiveSmallIntegerField(_("naloxone doses in one unit"), default=0)
    naloxone_route = models.CharField(_("naloxone route"), max_length=10, choices=NaloxoneRoute, blank=True)
    low_dead_space = models.BooleanField(_("low dead space"), default=False)
    expires = models.BooleanField(_("has an expiry date"), default=False)
    symbol = models.CharField(_("symbol"), max_length=20, default="package")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("handed out now"), default=True)

    objects = ItemQuerySet.as_manager()
    shown_name: str

    class Meta:
        verbose_name = _("item")
        verbose_name_plural = _("items")
        ordering = ["position", "slug"]
        constraints = [
            # Injectable and nasal doses are reported apart, so a dose always says which it is.
            models.CheckConstraint(
                condition=Q(doses_per_unit=0, naloxone_route="")
                | Q(doses_per_unit__gt=0, naloxone_route__in=["nasal", "injectable"]),
                name="item_doses_have_a_route",
            ),
        ]

    def __str__(self) -> str:
        return self.slug


class ItemName(models.Model):
    """What an item is called in one language: at most about 30 characters, so that it fits beside a stepper."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="names")
    language = models.CharField(_("language"), max_length=35)
    name = models.CharField(_("name"), max_length=60)

    class Meta:
        verbose_name = _("item name")
        verbose_name_plural = _("item names")
        constraints = [models.UniqueConstraint(fields=["item", "language"], name="item_name_once_per_language")]

    def __str__(self) -> str:
        return self.name


class KitQuerySet(models.QuerySet["Kit"]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def with_lines(self, language: str) -> Self:
        return self.prefetch_related(models.Prefetch("lines", KitLine.objects.named_in(language)))


class Kit(models.Model):
    """Several items that a group hands out as one thing."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="kits")
    name = models.CharField(_("name"), max_length=40)
    symbol = models.CharField(_("symbol"), max_length=20, default="package")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("handed out now"), default=True)

    objects = KitQuerySet.as_manager()

    class Meta:
        verbose_name = _("kit")
        verbose_name_plural = _("kits")
        ordering = ["position", "name"]
        constraints = [models.UniqueConstraint(fields=["group", "name"], name="kit_name_once_per_group")]

    def __str__(self) -> str:
        return self.name

    @property
    def summary(self) -> str:
        """What is in it, in one line. Only of kits that were fetched `with_lines`."""
        return " · ".join(f"{line.quantity} {line.item_name}" for line in self.lines.all())


class KitLineQuerySet(models.QuerySet["KitLine"]):
    def named_in(self, language: str) -> Self:
        """In the order of the catalogue, each with its item's name."""
        named = self.annotate(item_name=shown_name(language, "item_id", "item__slug"))
        return named.order_by("item__position", "pk")


class KitLine(models.Model):
    """How many of one item are in a kit."""

    # The database checks the kit together with its group (migration 0002), which a plain key would not.
    kit = models.ForeignKey(Kit, on_delete=models.CASCADE, related_name="lines", db_constraint=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveSmallIntegerField(_("how many"))

    objects = KitLineQuerySet.as_manager()
    item_name: str

    class Meta:
        verbose_name = _("kit line")
        verbose_name_plural = _("kit lines")
        constraints = [
            models.UniqueConstraint(fields=["kit", "item"], name="kit_line_once_per_item"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="kit_line_has_something"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} {self.item_id}"
