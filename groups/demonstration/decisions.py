"""What the groups of the demonstration decide: some talked over, some open, some decided, in each way."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from groups import actions
from groups.actions.agreements import months_later
from groups.models import Agreement, Membership, Proposal, Role
from hrplatform import isolation

if TYPE_CHECKING:
    from groups.demonstration.world import World

_KEYS = UUID("5f0c3f5e-6f0a-4b1e-9d7e-2f6b7f0c9a10")
Votes = Mapping[str, Any]
KEPT = {"makes_agreement": True}


def build(world: "World", *, now: datetime) -> None:
    """Put questions to each group, vote on some, close some."""
    _new_york(_Table(world, "new-york", now))
    _rotterdam(_Table(world, "rotterdam", now))
    _buenos_aires(_Table(world, "buenos-aires", now))
    _bishkek(_Table(world, "bishkek", now))


class _Table:
    """One group around its table."""

    def __init__(self, world: "World", key: str, now: datetime) -> None:
        self.world, self.key, self.now = world, key, now
        self.group = world.groups[key]

    def member(self, handle: str) -> Membership:
        return self.world.memberships[self.key, handle]

    def ask(
        self, handle: str, title: str, text: str, method: str, *, opens: int = -2, days: int = 7, **facts: Any
    ) -> Proposal:
        """`opens`: how many days from now; what opened before today is open until `days` after that."""
        opens_at = self.now + timedelta(days=opens)
        by = self.member(handle)
        with isolation.context(person=by.person_id, groups=[self.group.pk]):
            return actions.propose(
                by=by,
                title=title,
                text=text,
                method=method,
                opens_at=opens_at,
                closes_at=max(opens_at, self.now) + timedelta(days=days),
                key=uuid5(_KEYS, title),
                **facts,
            )

    def vote(self, proposal: Proposal, votes: Votes) -> None:
        for handle, vote in votes.items():
            choice, reason = vote if isinstance(vote, tuple) else (vote, "")
            with isolation.context(groups=[self.group.pk]):
                actions.cast_ballot(by=self.member(handle), proposal=proposal, choice=choice, reason=reason)

    def say(self, proposal: Proposal, said: Sequence[tuple[str, str]]) -> None:
        for handle, text in said:
            with isolation.context(groups=[self.group.pk]):
                actions.comment_on_proposal(
                    by=self.member(handle), proposal=proposal, text=text, key=uuid5(_KEYS, text)
                )

    def close(self, proposal: Proposal, *, days_ago: int, statement: str = "") -> None:
        """Close what everybody answered, as it was some days ago."""
        with isolation.context(groups=[self.group.pk]):
            by = Membership.objects.with_roles().get(group=self.group, proposals=proposal)
            actions.close_early(by=by, proposal=proposal)
            closed = Proposal.objects.select_related("group").get(pk=proposal.pk)
            if statement:
                actions.state_outcome(by=by, proposal=closed, text=statement)
            then = self.now - timedelta(days=days_ago)
            Proposal.objects.filter(pk=proposal.pk).update(
                opens_at=then - timedelta(days=7), closes_at=then, closed_at=then
            )
            Agreement.objects.filter(proposal=proposal).update(agreed_on=then.astimezone(self.group.zone).date())


def _new_york(table: _Table) -> None:
    knock = table.ask(
        "ana",
        "We knock after ten minutes",
        "When someone uses behind a closed door in our room, whoever is on shift knocks after ten minutes.",
        "consent",
        makes_agreement=True,
        look_again_months=6,
    )
    table.say(knock, [("ben", "Knock, and say who you are. A fist on the door sounds like police.")])
    table.vote(knock, {"ana": "agree", "ben": "agree", "caro": "agree", "tomas": "aside"})
    table.close(
        knock,
        days_ago=160,
        statement="We knock, say our name, and wait. The list by the door says who is on shift.",
    )
    with isolation.context(groups=[table.group.pk]):
        day = months_later(table.now.astimezone(table.group.zone).date(), 0)
        Agreement.objects.filter(proposal=knock).update(look_again_on=day)
    foil = table.ask(
        "caro", "Foil and pipes on every night", "Half of those who come do not inject.", "majority", quorum_percent=50
    )
    table.vote(foil, {"ana": "yes", "ben": "yes", "caro": "yes", "tomas": "no"})
    table.close(foil, days_ago=40, statement="Yes. Caro counts on Friday how many we have.")
    stipend = table.ask(
        "ben",
        "Ten dollars for each meeting",
        "People give up an evening of earning to come. We pay for the room; we should pay for the people.",
        "two_thirds",
        quorum_percent=50,
        makes_agreement=True,
        look_again_months=12,
    )
    table.say(
        stipend,
        [
            ("mrs-k", "The grant allows it: I checked. It has to be agreed before the meeting."),
            ("caro", "In cash, and without a name on the receipt."),
        ],
    )
    table.vote(stipend, {"caro": "yes"})
    where = table.ask(
        "tomas",
        "Where to stand on Sundays",
        "The park is loud now. Give points, we try the winner for a month.",
        "score",
        options=["The corner by the laundry", "Under the bridge", "Stay in the park"],
    )
    table.vote(where, {"tomas": [5, 2, 0], "caro": [3, 4, 1]})
    _election_in_new_york(table)
    table.ask(
        "caro",
        "A second night on the river route",
        "Two of us would drive. Talk first: what would it take?",
        "consent",
        opens=4,
    )


def _election_in_new_york(table: _Table) -> None:
    """One election decided by ranking, in secret; and one that is looking for candidates."""
    speak = table.ask(
        "ana",
        "Two who speak for us at the hearing",
        "City council, in May. Rank who you want to hear.",
        "ranked",
        options=["Ben", "Caro", "Tomas", "Ana"],
        seats=2,
        is_secret=True,
    )
    table.vote(speak, {"ana": [2, 1, 3], "ben": [1, 2], "caro": [2, 3, 1], "tomas": [3, 2]})
    table.close(speak, days_ago=12, statement="Both go together, and practise with us on Thursday.")
    with isolation.context(groups=[table.group.pk]):
        role = Role.objects.filter(group=table.group, powers__contains=["keep_stock"]).order_by("name").first()
    if role is None:
        return
    stock = table.ask(
        "ana",
        "Who keeps our stock",
        "Tomas has done it for a year. Stand, or ask someone to.",
        "ranked",
        opens=5,
        is_secret=True,
        effect=Proposal.Effect.FILL_ROLE,
        effect_on=role.pk,
    )
    with isolation.context(groups=[table.group.pk]):
        actions.stand_for_election(by=table.member("tomas"), proposal=stock)
        actions.ask_candidate(by=table.member("ana"), proposal=stock, member=table.member("ben"))


def _rotterdam(table: _Table) -> None:
    key = table.ask("joost", "Wim krijgt een sleutel", "Dan kan hij 's nachts open doen.", "consent", **KEPT)
    table.vote(key, {"joost": "agree", "fatima": "agree", "wim": "aside"})
    table.close(key, days_ago=30, statement="Wim heeft een sleutel. Wie klopt, wordt binnengelaten.")
    soup = table.ask("fatima", "Zondag eten we om zes uur", "Zeven is te laat voor wie nog moet werken.", "consent")
    table.vote(soup, {"wim": ("concern", "Om zes uur is de markt nog open, dan ben ik er niet.")})
    table.say(soup, [("joost", "Kunnen we half zeven doen?")])


def _buenos_aires(table: _Table) -> None:
    plaza = table.ask(
        "lucia", "Los martes volvemos a la plaza", "El salón queda lejos para muchas.", "majority", **KEPT
    )
    table.vote(plaza, {"lucia": "yes", "nacho": "yes", "marisa": "no"})
    table.close(plaza, days_ago=20, statement="Volvemos a la plaza. Si llueve, nos vemos en el salón.")
    radio = table.ask(
        "nacho",
        "Contar en la radio cómo nos cuidamos",
        "Nos invitaron el sábado. Voto secreto, para que nadie se sienta obligado.",
        "two_thirds",
        is_secret=True,
    )
    table.vote(radio, {"nacho": "yes"})
    table.say(radio, [("marisa", "Sí, pero sin nombres y sin decir dónde.")])


def _bishkek(table: _Table) -> None:
    lawyer = table.ask(
        "dee",
        "Дежурный телефон юриста",
        "Каждую ночь один из нас держит телефон при себе.",
        "consent",
        makes_agreement=True,
    )
    table.vote(lawyer, {"dee": "agree", "aibek": "agree", "nurgul": "agree"})
    table.close(lawyer, days_ago=60, statement="Телефон держим по очереди, список у Нургуль.")
    tea = table.ask("aibek", "Собираться по пятницам", "В среду многие работают.", "majority")
    table.vote(tea, {"nurgul": "no"})
