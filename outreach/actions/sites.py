"""Saying where a group does outreach."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from groups.actions.journal import record
from groups.models import Group, Membership
from outreach.access import require_supply_keeper
from outreach.models import Site

MOST_SITES = 60


@transaction.atomic
def make_site(*, by: Membership, name: str, kind: str, area: str = "") -> Site:
    """Add a place of outreach; the very same one added twice, as by two quick taps, is one.

    Raises ValidationError, by field where there is one.
    """
    require_supply_keeper(by)
    _take_turns(by.group)
    if same := Site.objects.filter(group=by.group, is_active=True, name=name, kind=kind, area=area).first():
        return same
    site = Site(group=by.group, name=name, kind=kind, area=area)
    _check(site)
    site.save(force_insert=True)
    record(by=by, group=by.group, verb="make_site", on=site)
    return site


@transaction.atomic
def change_site(
    *,
    by: Membership,
    site: Site,
    name: str | None = None,
    kind: str | None = None,
    area: str | None = None,
    is_active: bool | None = None,
) -> Site:
    """Change what is given and leave the rest. `is_active=False` puts the place away: it is not offered any more.

    Raises ValidationError, by field where there is one, and then nothing was saved.
    """
    require_supply_keeper(by)
    _take_turns(by.group)
    changed = Site.objects.get(group=by.group, pk=site.pk)
    changed.name = changed.name if name is None else name
    changed.kind = changed.kind if kind is None else kind
    changed.area = changed.area if area is None else area
    changed.is_active = changed.is_active if is_active is None else is_active
    _check(changed)
    changed.save(update_fields=["name", "kind", "area", "is_active"])
    record(by=by, group=by.group, verb="change_site", on=changed)
    return changed


def _take_turns(group: Group) -> None:
    """Two people at once must not pass the limit, or use one name twice."""
    Group.objects.select_for_update(no_key=True).get(pk=group.pk)


def _check(site: Site) -> None:
    site.full_clean(exclude=["group"], validate_unique=False, validate_constraints=False)
    others = Site.objects.filter(group=site.group_id).exclude(pk=site.pk)
    same_name = others.filter(name__iexact=site.name).first()
    if same_name and same_name.is_active:
        raise ValidationError({"name": _("Another place has this name. Choose a different one.")})
    if same_name:
        raise ValidationError({"name": _("A place that was put away has this name. Take it back, or choose another.")})
    if site.is_active and others.active().count() >= MOST_SITES:
        raise ValidationError(
            _("A group can have %(most)d places in use. Put one away first."), params={"most": MOST_SITES}
        )
