"""Saying what is in a group's kits. What was handed out before stays counted as it was."""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from groups.actions.journal import record
from groups.models import Group, Membership
from outreach.access import require_supply_keeper
from outreach.models import Item, Kit, KitLine

MOST_KITS = 30
MOST_KINDS_IN_A_KIT = 40
MOST_OF_ONE_KIND = 999


@transaction.atomic
def make_kit(*, by: Membership, name: str, contents: Mapping[Item, int], symbol: str = "package") -> Kit:
    """Put a kit together. `contents`: how many of each item, 1 to 999. Raises ValidationError, by field.

    The very same kit made twice, as by two quick taps, is one kit.
    """
    require_supply_keeper(by)
    _take_turns(by.group)
    if same := _made_already(by.group, name, contents, symbol):
        return same
    last = Kit.objects.filter(group=by.group).aggregate(last=Max("position"))["last"]
    kit = Kit(group=by.group, name=name, symbol=symbol, position=0 if last is None else last + 1)
    _check(kit, contents)
    kit.save(force_insert=True)
    _fill(kit, contents)
    record(by=by, group=by.group, verb="make_kit", on=kit)
    return kit


@transaction.atomic
def change_kit(
    *,
    by: Membership,
    kit: Kit,
    name: str | None = None,
    contents: Mapping[Item, int] | None = None,
    symbol: str | None = None,
    is_active: bool | None = None,
) -> Kit:
    """Change what is given and leave the rest. `is_active=False` puts the kit away: it is not offered any more.

    Raises ValidationError, by field where there is one, and then nothing was saved.
    """
    require_supply_keeper(by)
    _take_turns(by.group)
    changed = Kit.objects.get(group=by.group, pk=kit.pk)
    changed.name = changed.name if name is None else name
    changed.symbol = changed.symbol if symbol is None else symbol
    changed.is_active = changed.is_active if is_active is None else is_active
    _check(changed, contents)
    changed.save(update_fields=["name", "symbol", "is_active"])
    if contents is not None:
        changed.lines.all().delete()
        _fill(changed, contents)
    record(by=by, group=by.group, verb="change_kit", on=changed)
    return changed


def _take_turns(group: Group) -> None:
    """Two people at once must not pass the limits, or use one name twice."""
    Group.objects.select_for_update(no_key=True).get(pk=group.pk)


def _made_already(group: Group, name: str, contents: Mapping[Item, int], symbol: str) -> Kit | None:
    wanted = {item.pk: quantity for item, quantity in contents.items() if quantity}
    for kit in Kit.objects.active().filter(group=group, name=name, symbol=symbol).prefetch_related("lines"):
        if {line.item_id: line.quantity for line in kit.lines.all()} == wanted:
            return kit
    return None


def _check(kit: Kit, contents: Mapping[Item, int] | None) -> None:
    """Raises ValidationError. `contents=None`: they stay."""
    kit.full_clean(exclude=["group"], validate_unique=False, validate_constraints=False)
    others = Kit.objects.filter(group=kit.group_id).exclude(pk=kit.pk)
    same_name = others.filter(name__iexact=kit.name).first()
    if same_name and same_name.is_active:
        raise ValidationError({"name": _("Another kit has this name. Choose a different one.")})
    if same_name:
        raise ValidationError({"name": _("A kit that was put away has this name. Take it back, or choose another.")})
    if kit.is_active and others.active().count() >= MOST_KITS:
        raise ValidationError(
            _("A group can have %(most)d kits in use. Put one away first."), params={"most": MOST_KITS}
        )
    if contents is None:
        return
    kinds = [quantity for quantity in contents.values() if quantity]
    if not kinds:
        raise ValidationError(_("Nothing is in this kit yet. Add at least one thing."))
    if len(kinds) > MOST_KINDS_IN_A_KIT:
        raise ValidationError(
            _("A kit holds at most %(most)d different things. This one has %(number)d."),
            params={"most": MOST_KINDS_IN_A_KIT, "number": len(kinds)},
        )
    if not all(1 <= quantity <= MOST_OF_ONE_KIND for quantity in kinds):
        raise ValidationError(_("One of the numbers is too large or below zero."))


def _fill(kit: Kit, contents: Mapping[Item, int]) -> None:
    KitLine.objects.bulk_create(
        KitLine(kit=kit, group_id=kit.group_id, item=item, quantity=quantity)
        for item, quantity in contents.items()
        if quantity
    )
