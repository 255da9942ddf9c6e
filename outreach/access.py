"""Fetching contacts, kits and sites: found and checked in one call, like groups/access.py."""

from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404

from groups import access
from groups.models import Membership, Person
from outreach.models import Contact, Kit, Site


def own_contact(by: Membership, pk: UUID) -> Contact:
    """A contact that this member logged in this group. Anyone else's is not there. Raises Http404."""
    found = Contact.objects.filter(group=by.group, pk=pk).of_worker(by.person).select_related("group").first()
    if found is None:
        raise Http404
    return found


def supply_keeper(person: Person | AnonymousUser, slug: str) -> Membership:
    """The membership of someone who says what this group hands out. Raises Http404 or PermissionDenied."""
    found = access.membership(person, slug)
    require_supply_keeper(found)
    return found


def require_supply_keeper(by: Membership) -> None:
    """Actions call this too, so that no caller can forget it."""
    if not by.can_keep_supplies:
        raise PermissionDenied


def kit(by: Membership, pk: UUID, language: str) -> Kit:
    """A kit of this group, with what is in it named in `language`. Raises Http404."""
    found = Kit.objects.filter(group=by.group, pk=pk).with_lines(language).first()
    if found is None:
        raise Http404
    return found


def site(by: Membership, pk: UUID) -> Site:
    """A site of this group. Raises Http404."""
    found = Site.objects.filter(group=by.group, pk=pk).first()
    if found is None:
        raise Http404
    return found
