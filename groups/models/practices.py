"""Practices: what we do among ourselves to keep each other well, in our own words, and how it spreads.

What a group writes is sealed while it stays inside. Sharing makes a copy in plain text, for exactly those who may
read it; the row-level policies of these tables say who that is (docs/decisions/sharing.md).
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from groups.models.groups import Group
from groups.models.memberships import Membership
from groups.models.roles import Power
from hrplatform import isolation
from hrplatform.sealing import SealedTextField, SealingOwner

# The errand on which the table of who carries what on is counted across groups.
SPREAD = "spread"
LINE, WORDS = 120, 2000
# What a practice says, apart from its kind of place.
TEXTS = ("title", "what", "when", "hard", "changed")


class Setting(models.TextChoices):
    """Kinds of place, never a place."""

    ANYWHERE = "anywhere", _("anywhere")
    HOME = "home", _("at home")
    OUTSIDE = "outside", _("outside")
    SHELTER = "shelter", _("in a shelter")
    PRISON = "prison", _("in prison")
    VENUE = "venue", _("at a club, bar or party")
    SERVICE = "service", _("at a service or hospital")
    ONLINE = "online", _("online")


class PracticeQuerySet(models.QuerySet["Practice"]):
    def newest_first(self) -> Self:
        return self.order_by("-written_on", "pk")

    def with_sharing(self) -> Self:
        """With whether it is shared, and what it was carried on from: all that a list shows."""
        return self.select_related("group", "carrying").prefetch_related("shares")


class Practice(models.Model):
    """One thing a group does among itself, in its own words."""

    # The name of it stays: others have talked about it.
    words_of_writer: ClassVar[tuple[str, ...]] = ("what", "when", "hard", "changed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="practices")
    written_by = models.ForeignKey(Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    written_on = models.DateField(default=date.today)
    setting = models.CharField(_("where"), max_length=10, choices=Setting, default=Setting.ANYWHERE)
    title = SealedTextField(_("in a few words"), max_length=LINE)
    what = SealedTextField(_("what do we do?"), max_length=WORDS)
    when = SealedTextField(_("when?"), blank=True, default="", max_length=WORDS)
    hard = SealedTextField(_("what makes it hard?"), blank=True, default="", max_length=WORDS)
    changed = SealedTextField(_("what did it change?"), blank=True, default="", max_length=WORDS)

    objects = PracticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("practice")
        verbose_name_plural = _("practices")

    def __str__(self) -> str:
        return str(self.title)

    def get_absolute_url(self) -> str:
        return reverse("groups:practice-detail", args=[self.group.slug, self.pk])

    @property
    def sealing_owner(self) -> SealingOwner:
        return self.group

    @property
    def texts(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in TEXTS}

    @property
    def shared(self) -> "SharedPractice | None":
        """What others read of it, when it is shared."""
        return next(iter(self.shares.all()), None)

    def may_be_changed_by(self, member: Membership) -> bool:
        """Whoever wrote it, and whoever coordinates."""
        return self.written_by_id == member.pk or member.has_power(Power.COORDINATE)


class PracticeComment(models.Model):
    """What a member said about a practice, inside the group."""

    words_of_writer: ClassVar[tuple[str, ...]] = ("words",)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+")
    practice = models.ForeignKey(Practice, on_delete=models.CASCADE, related_name="comments")
    written_by = models.ForeignKey(Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    # The half hour: enough to follow a talk.
    written_at = models.DateTimeField()
    # What came first within the half hour.
    number = models.PositiveIntegerField()
    words = SealedTextField(_("what do you think?"), max_length=WORDS)

    class Meta:
        verbose_name = _("comment on a practice")
        verbose_name_plural = _("comments on practices")
        ordering = ["practice", "number"]
        constraints = [
            models.UniqueConstraint(fields=["practice", "number"], name="practice_comment_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.practice_id} {self.number}"

    @property
    def sealing_owner(self) -> SealingOwner:
        return self.group


class Audience(models.TextChoices):
    """Who reads what leaves the group. Without it, nobody else does."""

    NETWORK = "network", _("the groups of our network")
    EVERYONE = "everyone", _("all groups here")


@dataclass(frozen=True)
class Spread:
    """How far a practice went. Groups are counted; those that want to be found are named as well."""

    groups: int
    areas: int


class SharedPracticeQuerySet(models.QuerySet["SharedPractice"]):
    def readable_by(self, group: Group) -> Self:
        """What this group may read. The database says what a *person* may, in all of their groups together."""
        in_network = Q(audience=Audience.NETWORK, network__in=group.networks_around)
        return self.filter(Q(group=group) | Q(audience=Audience.EVERYONE) | in_network)

    def of_others(self, group: Group) -> Self:
        return self.readable_by(group).exclude(group=group).order_by("-shared_on", "pk")


class SharedPractice(models.Model):
    """The copy of a practice that other groups read: in plain text, as it was when the group shared it.

    `network`: set when the audience is the network; emptied by the database when the group leaves it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="shared_practices")
    practice = models.ForeignKey(Practice, on_delete=models.CASCADE, related_name="shares")
    audience = models.CharField(_("who may read it"), max_length=8, choices=Audience)
    network = models.ForeignKey(Group, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    # Empty: "a group". Kept as a name, because others may not see the group itself.
    signed_as = models.CharField(max_length=80, blank=True)
    language = models.CharField(_("language"), max_length=35)
    shared_on = models.DateField(default=date.today)
    setting = models.CharField(_("where"), max_length=10, choices=Setting)
    title = models.CharField(_("in a few words"), max_length=LINE)
    what = models.TextField(_("what do we do?"), max_length=WORDS)
    when = models.TextField(_("when?"), blank=True, max_length=WORDS)
    hard = models.TextField(_("what makes it hard?"), blank=True, max_length=WORDS)
    changed = models.TextField(_("what did it change?"), blank=True, max_length=WORDS)
    # What it grew out of, when its group carries another's practice on in a form of its own.
    came_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="versions")

    objects = SharedPracticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("shared practice")
        verbose_name_plural = _("shared practices")
        constraints = [models.UniqueConstraint(fields=["group", "practice"], name="practice_shared_once")]
        indexes = [models.Index(fields=["-shared_on"], name="shared_practice_newest")]

    def __str__(self) -> str:
        return self.title

    @property
    def texts(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in TEXTS}

    def came_from_for(self, group: Group) -> "SharedPractice | None":
        """What it grew out of, when that group may read it."""
        if self.came_from_id is None:
            return None
        return SharedPractice.objects.readable_by(group).filter(pk=self.came_from_id).first()

    @property
    def spread(self) -> Spread:
        return spread_of([self.pk])[self.pk]

    @property
    def carried_on_by_name(self) -> list[str]:
        """The groups among those that carry it on which let themselves be seen. The others are only counted."""
        with isolation.context(errand=SPREAD):
            found = list(Carrying.objects.filter(shared=self).values_list("group_id", flat=True))
        # Outside the errand: the policy of groups says which of them may be named here.
        visible = Group.objects.filter(pk__in=found).exclude(visibility=Group.Visibility.UNLISTED)
        return list(visible.order_by("name").values_list("name", flat=True)[:50])


class Carrying(models.Model):
    """A group carries on what another group shared: as it is, or changed. Its own copy is a practice of its own."""

    class Kind(models.TextChoices):
        SAME = "same", _("we do this too")
        CHANGED = "changed", _("we changed it")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+")
    # Empties by itself when the other group takes theirs back: what is carried on stays with who carries it on.
    shared = models.ForeignKey(SharedPractice, null=True, on_delete=models.SET_NULL, related_name="carryings")
    practice = models.OneToOneField(Practice, on_delete=models.CASCADE, related_name="carrying")
    kind = models.CharField(max_length=7, choices=Kind)
    # As the group says it of itself; only ever counted.
    area = models.CharField(max_length=80, blank=True)
    since = models.DateField(default=date.today)

    class Meta:
        verbose_name = _("practice carried on")
        verbose_name_plural = _("practices carried on")
        constraints = [models.UniqueConstraint(fields=["group", "shared"], name="practice_carried_on_once")]

    def __str__(self) -> str:
        return f"{self.practice_id} {self.kind}"


def spread_of(shared: Iterable[uuid.UUID]) -> dict[uuid.UUID, Spread]:
    """How many groups carry each of these on, in how many areas. One query, across groups: only counts come back."""
    wanted = list(shared)
    with isolation.context(errand=SPREAD):
        rows = (
            Carrying.objects.filter(shared__in=wanted)
            .values("shared")
            .annotate(groups=Count("pk"), areas=Count("area", distinct=True, filter=~Q(area="")))
        )
        found = {row["shared"]: Spread(row["groups"], row["areas"]) for row in rows}
    return {pk: found.get(pk, Spread(0, 0)) for pk in wanted}
