"""The only way to get at a group or what it owns: fetched and checked in one call.

An outsider gets 404, as if there were nothing; a member without the power gets 403.
"""

from typing import TypeVar
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404

from groups.models import (
    ActionItem,
    Affiliation,
    AgendaItem,
    Agreement,
    ApiToken,
    Application,
    CalendarFeed,
    Group,
    Invitation,
    Meeting,
    Membership,
    Offer,
    Payment,
    Person,
    Power,
    Proposal,
    Role,
    RoleTerm,
    Turn,
)
from groups.models.campaigns import Campaign, CampaignAction, SharedCampaign
from groups.models.invitations import hash_token
from groups.models.memberships import MembershipQuerySet
from groups.models.practices import Practice, SharedPractice
from groups.models.rights import RightsRecord
from hrplatform import isolation

_Row = TypeVar("_Row", bound=models.Model)


def membership(person: Person | AnonymousUser, slug: str, *, may: Power | None = None) -> Membership:
    """The membership of this person in this group. Raises Http404 or PermissionDenied."""
    found = memberships_of(person).filter(group__slug=slug).first()
    if found is None:
        raise Http404
    require(found, may)
    return found


def memberships_of(person: Person | AnonymousUser) -> MembershipQuerySet:
    """Where this person is a member now, with the powers that go with it. Nowhere, for a visitor."""
    if not isinstance(person, Person):
        return Membership.objects.none()
    mine = Membership.objects.active().with_roles().filter(person=person, group__erasing_since=None)
    return mine.order_by("group__name")


def memberships_with(person: Person | AnonymousUser, power: Power) -> list[Membership]:
    """This person's memberships that carry the power now."""
    return [each for each in memberships_of(person) if each.has_power(power)]


def token(person: Person, pk: UUID) -> ApiToken:
    """One of a person's own tokens."""
    found = ApiToken.objects.filter(person=person, pk=pk).first()
    if found is None:
        raise Http404
    return found


def require(by: Membership, power: Power | None) -> None:
    """Actions call this too, so that no caller can forget it."""
    if power is not None and not by.has_power(power):
        raise PermissionDenied(power)


def meeting(by: Membership, pk: UUID) -> Meeting:
    found = Meeting.objects.filter(group=by.group, pk=pk).select_related("group", "series").first()
    if found is None:
        raise Http404
    return found


def runs(by: Membership, meeting: Meeting) -> bool:
    """Whether this member looks after minutes and attendance: who coordinates, and whose turn it is at this meeting."""
    return by.has_power(Power.COORDINATE) or meeting.turns.held().filter(membership=by).exists()


def require_running(by: Membership, meeting: Meeting) -> None:
    if not runs(by, meeting):
        raise PermissionDenied


def turn(by: Membership, pk: UUID) -> Turn:
    found = Turn.objects.filter(group=by.group, pk=pk).select_related("meeting__group", "membership__person").first()
    if found is None:
        raise Http404
    return found


def agenda_item(by: Membership, pk: UUID) -> AgendaItem:
    found = (
        AgendaItem.objects.filter(group=by.group, pk=pk).select_related("group", "meeting__group", "added_by").first()
    )
    if found is None:
        raise Http404
    return found


def action_item(by: Membership, pk: UUID) -> ActionItem:
    found = (
        ActionItem.objects.filter(group=by.group, pk=pk).with_people().select_related("group", "meeting__group").first()
    )
    if found is None:
        raise Http404
    return found


def fellow_member(by: Membership, pk: UUID) -> Membership:
    found = Membership.objects.active().with_roles().filter(group=by.group, pk=pk).first()
    if found is None:
        raise Http404
    return found


def invitation(by: Membership, pk: UUID) -> Invitation:
    found = Invitation.objects.filter(group=by.group, pk=pk).first()
    if found is None:
        raise Http404
    return found


def role(by: Membership, pk: UUID) -> Role:
    return _found(Role.objects.in_use().filter(group=by.group, pk=pk).select_related("group"))


def role_term(by: Membership, pk: UUID) -> RoleTerm:
    return _found(RoleTerm.objects.filter(group=by.group, pk=pk).select_related("group", "role", "membership"))


def offer(by: Membership, pk: UUID) -> Offer:
    return _found(Offer.objects.filter(group=by.group, pk=pk).select_related("group", "role", "membership"))


def application(by: Membership, pk: UUID) -> Application:
    return _found(Application.objects.filter(group=by.group, pk=pk).select_related("group", "person"))


def group_to_join(slug: str) -> Group:
    """A group whose page one may see from outside, and which takes people that ask. The database shows no others."""
    found = Group.objects.that_take_people().filter(slug=slug).first()
    if found is None:
        raise Http404
    return found


def _found(rows: models.QuerySet[_Row]) -> _Row:
    found = rows.first()
    if found is None:
        raise Http404
    return found


def proposal(by: Membership, pk: UUID) -> Proposal:
    found = (
        Proposal.objects.filter(group=by.group, pk=pk).select_related("group", "written_by__person", "replaces").first()
    )
    if found is None:
        raise Http404
    return found


def agreement(by: Membership, pk: UUID) -> Agreement:
    found = Agreement.objects.filter(group=by.group, pk=pk).select_related("group", "proposal", "replaced_by").first()
    if found is None:
        raise Http404
    return found


def effect_subject(by: Membership, effect: str, on: UUID | None) -> Membership | Role | Group | None:
    """What a proposal with this effect would be about; None for the group itself. Raises Http404 when it cannot be."""
    group, pk = by.group, on or UUID(int=0)
    found: Membership | Role | Group | None
    match effect:
        case Proposal.Effect.REMOVE_MEMBER:
            found = Membership.objects.active().filter(group=group, pk=pk).select_related("person").first()
        case Proposal.Effect.FILL_ROLE:
            found = None if group.is_circle else Role.objects.filter(group=group, pk=pk).first()
        case Proposal.Effect.AFFILIATE:
            found = Group.objects.filter(kind=Group.Kind.NETWORK, pk=pk).exclude(pk=group.pk).first()
        case Proposal.Effect.LEAVE_NETWORK:
            found = Group.objects.filter(pk=pk).first() if on is not None and on == group.network_id else None
        case Proposal.Effect.CONVERT if group.kind == Group.Kind.NETWORK:
            found = None
        case _:
            if on is not None or effect not in Proposal.Effect.values:
                raise Http404
            return None
    if found is None:
        raise Http404
    return found


def practice(by: Membership, pk: UUID) -> Practice:
    found = Practice.objects.filter(group=by.group, pk=pk).with_sharing().first()
    if found is None:
        raise Http404
    return found


def shared_practice(by: Membership, pk: UUID) -> SharedPractice:
    """What this group may read of its own and others' practices. Which those are, the database itself says."""
    found = SharedPractice.objects.readable_by(by.group).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def rights_record(by: Membership, pk: UUID) -> RightsRecord:
    """Raises PermissionDenied for who neither recorded it nor coordinates."""
    found = RightsRecord.objects.filter(group=by.group, pk=pk).select_related("group", "written_by__person").first()
    if found is None:
        raise Http404
    if not found.may_be_read_by(by):
        raise PermissionDenied(Power.COORDINATE)
    return found


def campaign(by: Membership, pk: UUID) -> Campaign:
    found = Campaign.objects.filter(group=by.group, pk=pk).select_related("group").prefetch_related("shares").first()
    if found is None:
        raise Http404
    return found


def campaign_action(by: Membership, pk: UUID) -> CampaignAction:
    found = CampaignAction.objects.filter(group=by.group, pk=pk).select_related("group", "campaign__group").first()
    if found is None:
        raise Http404
    return found


def shared_campaign(by: Membership, pk: UUID) -> SharedCampaign:
    """What this group may read of its own and others' campaigns. Which those are, the database itself says."""
    found = SharedCampaign.objects.readable_by(by.group).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def payment(by: Membership, pk: UUID) -> Payment:
    """A row of the ledger: for who keeps or coordinates, and for whom the money went to. Raises PermissionDenied."""
    found = Payment.objects.with_state().filter(group=by.group, pk=pk).first()
    if found is None:
        raise Http404
    if not by.can_see_ledger and found.payee_id != by.pk:
        raise PermissionDenied
    return found


def effect_subject_now(proposal: Proposal) -> Membership | Role | Group | None:
    """What an effect is on, as it is called now, for the page: also when it could not be decided any more."""
    pk = proposal.effect_on
    if pk is None:
        return None
    match proposal.effect:
        case Proposal.Effect.REMOVE_MEMBER:
            return Membership.objects.filter(group=proposal.group, pk=pk).select_related("person").first()
        case Proposal.Effect.FILL_ROLE:
            return Role.objects.filter(group=proposal.group, pk=pk).first()
        case _:
            return Group.objects.filter(pk=pk).first()


def require_lead(by: Membership, proposal: Proposal) -> None:
    """Its author leads a proposal, and so may who coordinates. Raises PermissionDenied."""
    if not proposal.is_led_by(by):
        raise PermissionDenied


def require_author(by: Membership, proposal: Proposal) -> None:
    """Words belong to who wrote them. Raises PermissionDenied."""
    if proposal.written_by_id != by.pk:
        raise PermissionDenied


def require_teller(by: Membership, proposal: Proposal) -> None:
    """Any member counts paper votes, but not whom the vote is about, and no candidate. Raises PermissionDenied."""
    about = proposal.effect == Proposal.Effect.REMOVE_MEMBER and proposal.effect_on == by.pk
    if about or proposal.options.filter(membership=by).exists():
        raise PermissionDenied


def calendar_feed(token: str) -> CalendarFeed:
    """The private calendar behind this secret. An ended one is as one that never was."""
    with isolation.context(token=hash_token(token)):
        found = CalendarFeed.objects.select_related("person").filter(token_hash=hash_token(token)).first()
    if found is None or not found.person.is_active:
        raise Http404
    return found


def public_group(slug: str) -> Group:
    found = Group.objects.public().filter(slug=slug).first()
    if found is None:
        raise Http404
    return found


def affiliation(by: Membership, pk: UUID) -> Affiliation:
    """A group's request to this member's network."""
    found = Affiliation.objects.filter(network=by.group, pk=pk).first()
    if found is None:
        raise Http404
    return found
