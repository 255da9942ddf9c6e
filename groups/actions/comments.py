"""Speaking about a proposal."""

from uuid import UUID, uuid4, uuid5

from django.db import transaction

from groups.actions.journal import record
from groups.actions.proposals import TooLate, lock_proposal
from groups.models import Comment, Membership, Proposal

# A discussion that is longer than this is better held in a room.
MOST_COMMENTS = 1_000


@transaction.atomic
def comment_on_proposal(*, by: Membership, proposal: Proposal, text: str, key: UUID | None = None) -> Comment:
    """Say something about a proposal, until it is closed. Every member may, also who does not vote.

    `key`: of the form that was sent; sent twice, it says it once. Raises TooLate.
    """
    locked = lock_proposal(proposal)
    pk = uuid5(locked.pk, f"{by.pk}:{key or uuid4()}")
    if said := Comment.objects.filter(pk=pk).first():
        return said
    if locked.is_over or locked.comments.count() >= MOST_COMMENTS:
        raise TooLate
    comment = Comment.objects.create(id=pk, group=locked.group, proposal=locked, written_by=by, text=text)
    record(by=by, group=locked.group, verb="comment_on_proposal", on=locked)
    return comment
