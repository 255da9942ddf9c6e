"""Proposals: read, made, spoken about, voted on. What a page hides until voting has closed is not shown here at all."""

from typing import Any

from groups import access, actions
from groups.api.shown import Shown
from groups.api.views import Done, GroupView, Listed, Made, Single
from groups.forms import CommentForm, ProposalForm, ballot_form_of
from groups.forms.ballots import ChoiceBallotForm
from groups.models import Comment, Proposal, Scope
from groups.views.proposals import options_of


class ProposalSerializer(Shown):
    class Meta:
        model = Proposal
        fields = (
            "id", "title", "text", "method", "is_secret", "quorum_percent", "effect", "effect_on", "state", "opens_at",
            "closes_at", "closed_at", "outcome", "outcome_statement",
        )  # fmt: skip


class ProposalList(GroupView, Listed, Made):
    """The latest to close first. One that is made here has no effect beyond being agreed."""

    scopes = {"GET": Scope.DECISIONS_READ, "POST": Scope.DECISIONS_WRITE}
    serializer_class = ProposalSerializer
    form = ProposalForm
    queryset = Proposal.objects.none()

    def rows(self) -> Any:
        actions.keep_time(group=self.group)
        return Proposal.objects.filter(group=self.group).select_related("group").order_by("-closes_at", "pk")

    def form_facts(self) -> dict[str, Any]:
        return {"by": self.membership}

    def make(self) -> Proposal:
        return actions.propose(by=self.membership, **self.form_sent().facts)


class ProposalDetail(GroupView, Single):
    scopes = {"GET": Scope.DECISIONS_READ}
    serializer_class = ProposalSerializer
    queryset = Proposal.objects.none()

    def thing(self) -> Proposal:
        actions.keep_time(group=self.group)
        return access.proposal(self.membership, self.kwargs["pk"])


class ProposalVote(GroupView, Done):
    """One's own ballot: `choice`, with a `reason` for a concern or a block; for points and ranks, `option_1` and on."""

    scopes = {"POST": Scope.DECISIONS_WRITE}
    serializer_class = ProposalSerializer
    form = ChoiceBallotForm
    queryset = Proposal.objects.none()

    def do(self) -> Proposal:
        actions.keep_time(group=self.group)
        proposal = access.proposal(self.membership, self.kwargs["pk"])
        actions.require_voter(self.membership, proposal)
        form = self.form_sent(
            ballot_form_of(proposal), proposal=proposal, options=options_of(proposal), voter=self.membership
        )
        actions.cast_ballot(by=self.membership, proposal=proposal, **form.ballot)
        return proposal


class CommentSerializer(Shown):
    class Meta:
        model = Comment
        fields = ("id", "written_by", "text", "written_at")


class CommentList(GroupView, Listed, Made):
    """What was said about a proposal, the oldest first."""

    scopes = {"GET": Scope.DECISIONS_READ, "POST": Scope.DECISIONS_WRITE}
    serializer_class = CommentSerializer
    form = CommentForm
    queryset = Comment.objects.none()

    def rows(self) -> Any:
        proposal = access.proposal(self.membership, self.kwargs["pk"])
        return proposal.comments.select_related("group").order_by("written_at", "pk")

    def make(self) -> Comment:
        proposal = access.proposal(self.membership, self.kwargs["pk"])
        return actions.comment_on_proposal(by=self.membership, proposal=proposal, **self.facts())
