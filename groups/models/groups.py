"""Groups: circles, organizations and networks."""

import secrets
import uuid
import zoneinfo
from collections import Counter
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from groups.models.people import Person, validate_time_zone
from hrplatform.sealing import SealedTextField, SealingOwner

# No vowels (no words by accident) and nothing that is read as something else.
SLUG_LETTERS = "bcdfghjkmnpqrstvwxz23456789"


def neutral_slug() -> str:
    """Ten random letters: an address in somebody's history must not say which group it is. 47 bits."""
    return "".join(secrets.choice(SLUG_LETTERS) for _ in range(10))


@dataclass(frozen=True)
class RegularTime:
    """When a group meets, as a visitor may know it. `day`: 0 is Monday."""

    day: int
    time: time
    is_weekly: bool

    @property
    def weekday(self) -> str:
        return str(WEEKDAYS[self.day])


class GroupQuerySet(models.QuerySet["Group"]):
    def public(self) -> Self:
        return self.filter(visibility=Group.Visibility.PUBLIC)

    def that_take_people(self) -> Self:
        """Found by whoever looks, and open to those who ask or just come."""
        found = self.exclude(visibility=Group.Visibility.UNLISTED).filter(erasing_since=None)
        return found.exclude(joining=Group.Joining.INVITATION)

    def of(self, person: Person) -> Self:
        return self.filter(memberships__person=person, memberships__left_on=None)


class Group(SealingOwner):
    """A circle, an organization or a network. Holds the keys that seal its members' words."""

    class Kind(models.TextChoices):
        CIRCLE = "circle", _("Circle")
        ORGANIZATION = "organization", _("Organization")
        NETWORK = "network", _("Network")

    class Origin(models.TextChoices):
        SELF_ORGANIZED = "self_organized", _("by people who use drugs")
        OUTSIDE_ORGANIZED = "outside_organized", _("from outside, by a service or an NGO")
        TOGETHER = "together", _("together")

    class Visibility(models.TextChoices):
        PUBLIC = "public", _("public: anyone can read our page")
        LISTED = "listed", _("listed: other groups here see our name")
        UNLISTED = "unlisted", _("unlisted: only members know")

    class Joining(models.TextChoices):
        INVITATION = "invitation", _("by invitation only")
        APPLICATION = "application", _("by application: people ask, and we answer")
        OPEN = "open", _("open: whoever finds us can join")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.CharField(max_length=10, unique=True, default=neutral_slug, editable=False)
    kind = models.CharField(_("form"), max_length=12, choices=Kind)
    name = models.CharField(_("name"), max_length=80)
    origin = models.CharField(_("started"), max_length=20, choices=Origin, default=Origin.SELF_ORGANIZED)
    visibility = models.CharField(_("who can see it"), max_length=10, choices=Visibility, default=Visibility.UNLISTED)
    # A town or a part of one, never an address.
    area = models.CharField(_("area"), max_length=80, blank=True)
    about = models.CharField(_("who we are"), max_length=600, blank=True)
    how_to_reach = models.CharField(_("how to reach us"), max_length=300, blank=True)
    language = models.CharField(_("language"), max_length=35, default="en")
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[validate_time_zone])
    network = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="affiliates")
    # Allies help and do not outvote: they vote only when the members have agreed to it (groups/actions/forms.py).
    allies_vote = models.BooleanField(_("allies vote too"), default=False, editable=False)
    # Visitors of a public group's page are told on which days it meets regularly, never where.
    shows_meetings = models.BooleanField(_("show on our page when we meet"), default=False)
    # ISO 4217; empty until the group says in which money it counts.
    currency = models.CharField(_("currency"), max_length=3, blank=True, default="", editable=False)
    joining = models.CharField(_("how people join"), max_length=12, choices=Joining, default=Joining.INVITATION)
    # One question a line. Who applies answers them, and only members read the answers.
    questions = models.TextField(_("our questions"), max_length=1000, blank=True, default="")
    takes_sign_ups = models.BooleanField(_("people without an account here can make one to join us"), default=False)
    # How many members together can let somebody in or take the group on. Fewer when few are left: `enough_of`.
    enough = models.PositiveSmallIntegerField(_("how many of us are enough"), default=3)
    without_coordinator_since = models.DateField(null=True, blank=True, editable=False)
    founded_on = models.DateField(auto_now_add=True)
    # Members decided to erase the group: nobody finds it any more, and the clock removes it to the last row.
    erasing_since = models.DateTimeField(null=True, blank=True, editable=False)
    # Number and hash of the newest journal entry. Sealed: whoever has the database but not the master key can neither
    # chain a rewritten journal again nor cut off its end without this telling (groups/actions/journal.py).
    journal_head = SealedTextField(blank=True, default="")

    objects = GroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        constraints = [
            # A circle is not found unless its members tell someone.
            models.CheckConstraint(
                condition=~Q(kind="circle") | Q(visibility="unlisted"), name="group_circles_are_unlisted"
            ),
            # A network that nobody sees could not be asked; its members are groups, not networks.
            models.CheckConstraint(
                condition=~Q(kind="network") | (~Q(visibility="unlisted") & Q(network=None)),
                name="group_networks_are_seen",
            ),
            models.CheckConstraint(condition=~Q(network=models.F("id")), name="group_not_its_own_network"),
            # What is shared with a network points at both together: it stays there only while the group does.
            models.UniqueConstraint(fields=["id", "network"], name="group_with_its_network"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("groups:group-detail", args=[self.slug])

    @property
    def sealing_owner(self) -> SealingOwner:
        return self

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)

    @property
    def today(self) -> date:
        """On the group's own calendar."""
        return timezone.localdate(timezone=self.zone)

    @property
    def time_zone_label(self) -> str:
        return self.time_zone.replace("_", " ")

    def regular_times(self) -> list["RegularTime"]:
        """Weekday and time of what repeats in the next five weeks, on the group's own clocks. Never the place."""
        now = timezone.now()
        coming = self.meetings.going_ahead().filter(
            series__isnull=False, starts_at__gte=now, starts_at__lt=now + timedelta(weeks=5)
        )
        local = [moment.astimezone(self.zone) for moment in coming.values_list("starts_at", flat=True)]
        often = Counter((moment.weekday(), moment.time().replace(tzinfo=None)) for moment in local)
        return [RegularTime(day, at, times >= 4) for (day, at), times in sorted(often.items())]

    @property
    def is_network(self) -> bool:
        return self.kind == self.Kind.NETWORK

    @property
    def is_circle(self) -> bool:
        return self.kind == self.Kind.CIRCLE

    @property
    def joining_now(self) -> str:
        """How people can join. Whom nobody finds can only invite."""
        return self.Joining.INVITATION.value if self.visibility == self.Visibility.UNLISTED else self.joining

    @property
    def takes_sign_ups_now(self) -> bool:
        """Whether a visitor may make an account in order to join: only on a public page, and if the group says so."""
        return (
            self.takes_sign_ups
            and self.visibility == self.Visibility.PUBLIC
            and self.joining_now != self.Joining.INVITATION
        )

    @property
    def questions_asked(self) -> list[str]:
        return [line.strip() for line in self.questions.splitlines() if line.strip()]

    def enough_of(self, members: int) -> int:
        """How many of this many members can decide together: `enough`, but never more than half, rounded up."""
        return max(1, min(self.enough, (members + 1) // 2))

    @property
    def networks_around(self) -> list[uuid.UUID]:
        """The network it is part of, and itself, should it be one: who of others may read what is shared there."""
        return [pk for pk in (self.network_id, self.pk) if pk is not None]
