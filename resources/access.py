"""The only way to get at what a group writes and has not published."""

from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404

from groups import access
from groups.models import Membership, Person, Power
from resources.models import GuideTranslation


def drafting_member(person: Person | AnonymousUser, slug: str) -> Membership:
    """A member who reviews guides or coordinates. Raises Http404 or PermissionDenied."""
    membership = access.membership(person, slug)
    if not membership.may_draft_guides:
        raise PermissionDenied(Power.REVIEW_GUIDES)
    return membership


def draft(by: Membership, pk: UUID) -> GuideTranslation:
    found = GuideTranslation.objects.drafts_of(by.group).filter(pk=pk, guide__is_published=False).first()
    if found is None:
        raise Http404
    return found
