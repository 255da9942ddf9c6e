"""Fetching contacts: found and checked in one call, like groups/access.py."""

from uuid import UUID

from django.http import Http404

from groups.models import Membership
from outreach.models import Contact


def own_contact(by: Membership, pk: UUID) -> Contact:
    """A contact that this member logged in this group. Anyone else's is not there. Raises Http404."""
    found = Contact.objects.filter(group=by.group, pk=pk).of_worker(by.person).select_related("group").first()
    if found is None:
        raise Http404
    return found
