"""What the groups of the demonstration talk about, write down, take on; who came, and whose turn it is."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from groups import actions
from groups.models import ActionItem, Attendance, Group, Meeting, Membership
from groups.recurrence import Repeats, rule_for
from hrplatform import isolation

Memberships = Mapping[tuple[str, str], Membership]


@dataclass(frozen=True)
class Evening:
    """One past meeting: what stood on the agenda, the minutes, and what was taken on.

    `taken_on`: what, by whom, due so many days after the meeting, whether it is done.
    """

    agenda: tuple[str, ...]
    minutes: str
    taken_on: tuple[tuple[str, str, int | None, bool], ...] = ()


@dataclass(frozen=True)
class Life:
    """`to_come`: title, more about it, who added it, who supports it."""

    speaks: str
    evenings: tuple[Evening, ...]
    to_come: tuple[tuple[str, str, str, tuple[str, ...]], ...]
    facilitate: tuple[str, ...] = ()
    take_notes: tuple[str, ...] = ()
    once_a_month: str = ""
    now: str = ""
    counts_heads: bool = field(default=False)


LIVES = {
    "new-york": Life(
        speaks="ana",
        facilitate=("ana", "ben", "tomas"),
        take_notes=("caro", "mrs-k"),
        once_a_month="Budget evening",
        now="Packing kits together",
        evenings=(
            Evening(
                ("Longer nights on Fridays", "Who speaks to the landlord", "Naloxone: how many are left"),
                "Fridays: we try two hours more until the end of January, in pairs. Whoever is tired goes home, nobody "
                "explains.\n\nLandlord: the noise was the delivery, not us. Mrs K calls him, Ana comes along.\n\n"
                "Naloxone: 61 kits left, enough for three weeks. We order on Monday.",
                (
                    ("Call the landlord about the delivery", "mrs-k", 5, False),
                    ("Order naloxone, 200 kits", "tomas", 4, True),
                    ("Write the list for Fridays", "ben", 12, False),
                ),
            ),
            Evening(
                ("What to say when police ask what is in the bag", "A card that fits a pocket"),
                "We practised in pairs: name, nothing else, am I free to go.\n\nBen draws a card with three lines. "
                "Caro shows it on Saturday and asks what is missing.",
                (("Draw the pocket card", "ben", 7, True), ("Ask on Saturday what is missing", "caro", 9, True)),
            ),
            Evening(
                ("Welcome for new members", "Winter: gloves, soup, socks"),
                "Whoever is new sits beside someone for the first two evenings. We ask for socks before gloves.",
                (("Ask the shop for socks", "caro", None, False),),
            ),
        ),
        to_come=(
            (
                "Should we open on Sundays?",
                "Four people asked last week. We would need two more who carry the bag.",
                "ben",
                ("ana", "ben", "caro", "tomas"),
            ),
            ("The test strips run out too early", "", "caro", ("caro", "tomas")),
            ("A cake for Thirty Years of Thursdays", "", "mrs-k", ("mrs-k",)),
        ),
    ),
    "rotterdam": Life(
        speaks="joost",
        counts_heads=True,
        facilitate=("joost", "fatima"),
        evenings=(
            Evening(
                ("Wie heeft de reservesleutel?",),
                "De sleutel ligt bij Fatima. Wie na middernacht aanklopt, stuurt eerst een bericht.",
                (("Sleutel bijmaken", "wim", 6, False), ("Nieuwe sets ophalen", "joost", 3, True)),
            ),
        ),
        to_come=(
            ("Wie kookt met de feestdagen?", "", "fatima", ("fatima", "wim", "joost")),
            ("Een keer samen oefenen met naloxon", "", "joost", ("joost",)),
        ),
    ),
    "buenos-aires": Life(
        speaks="lucia",
        facilitate=("lucia", "nacho"),
        take_notes=("marisa",),
        evenings=(
            Evening(
                ("El hospital: nos hacen esperar", "Quién va el martes a la plaza"),
                "Dos compañeras esperaron seis horas en la guardia. Dra. Sol habla con la dirección, "
                "Lucía la acompaña.\n\n"
                "El martes van Nacho y Marisa.",
                (
                    ("Hablar con la dirección del hospital", "dra-sol", 8, False),
                    ("Llevar mate y mesa a la plaza", "nacho", 5, True),
                ),
            ),
            Evening(
                ("La asamblea, ¿más corta?",),
                "Probamos con una hora y media. Lo que no entra pasa a la próxima.",
                (("Comprar yerba", "marisa", None, False),),
            ),
        ),
        to_come=(
            (
                "Un taller de naloxona en el barrio",
                "La parroquia presta el salón.",
                "nacho",
                ("nacho", "lucia", "marisa"),
            ),
            ("Qué decimos cuando viene la prensa", "", "lucia", ("lucia",)),
        ),
    ),
    "bishkek": Life(
        speaks="dee",
        facilitate=("dee", "nurgul"),
        take_notes=("aibek",),
        evenings=(
            Evening(
                ("Аптека на углу", "Кто едет в больницу в пятницу"),
                "Аптека снова продаёт шприцы без вопросов. Айбек говорит спасибо от всех.\n\n"
                "В больницу едут Нургуль и Ди, встречаемся в девять.",
                (
                    ("Поговорить с аптекой о часах работы", "aibek", 7, False),
                    ("Отвезти тёплые вещи в больницу", "nurgul", 2, True),
                ),
            ),
            Evening(
                ("Налоксон: кого ещё научить",),
                "Учим соседей по двору. Каждый приводит одного человека.",
                (("Составить список соседей", "dee", None, False),),
            ),
        ),
        to_come=(
            ("Листовка о правах при задержании", "Коротко, на двух языках.", "nurgul", ("nurgul", "dee", "aibek")),
            ("Чай или кофе", "", "aibek", ("aibek",)),
        ),
    ),
}


def live(*, groups: Mapping[str, Group], memberships: Memberships, now: datetime, seed: random.Random) -> None:
    """Fill the meetings that are there with what people said and did."""
    for key, life in LIVES.items():
        group, by = groups[key], memberships[key, life.speaks]
        with isolation.context(person=by.person_id, groups=[group.pk]):
            _take_turns(life, key, memberships)
            past = list(group.meetings.past().select_related("group"))
            for number, meeting in enumerate(past):
                _attend(life, by, meeting, seed)
                if number < len(life.evenings):
                    _remember(life.evenings[number], key, by, meeting, memberships)
            _look_ahead(life, key, by, memberships)
            if life.once_a_month:
                _once_a_month(life, by, now)
            if life.now:
                _meet_now(life, by, now)


def _take_turns(life: Life, key: str, memberships: Memberships) -> None:
    for task, handles in (("facilitate", life.facilitate), ("take_notes", life.take_notes)):
        for handle in handles:
            actions.join_rota(by=memberships[key, handle], task=task)


def _attend(life: Life, by: Membership, meeting: Meeting, seed: random.Random) -> None:
    members = list(Membership.objects.active().filter(group=meeting.group).order_by("person__handle"))
    if life.counts_heads:
        actions.count_heads(by=by, meeting=meeting, peers=len(members) + seed.randrange(3), allies=0)
        return
    came = [member for member in members if seed.random() < 0.75]
    actions.tick_attendance(by=by, meeting=meeting, came=came)
    Attendance.objects.filter(meeting=meeting).update(recorded_on=meeting.local.date())
    # Some who come are nobody's members, and nobody writes down who they were.
    peers = sum(member.standing == Membership.Standing.PEER for member in came)
    actions.count_heads(by=by, meeting=meeting, peers=peers + seed.randrange(5), allies=len(came) - peers)


def _remember(evening: Evening, key: str, by: Membership, meeting: Meeting, memberships: Memberships) -> None:
    for title in evening.agenda:
        actions.add_agenda_item(by=by, meeting=meeting, title=title)
    actions.save_minutes(by=by, meeting=meeting, text=evening.minutes, version=0)
    Meeting.objects.filter(pk=meeting.pk).update(minutes_saved_at=meeting.ends_at)
    for what, handle, days, is_done in evening.taken_on:
        due_on = None if days is None else meeting.local.date() + timedelta(days=days)
        item = actions.add_action_item(
            by=by, meeting=meeting, what=what, member=memberships[key, handle], due_on=due_on
        )
        if is_done:
            actions.finish_action_item(by=by, item=item)
            ActionItem.objects.filter(pk=item.pk).update(done_at=meeting.ends_at + timedelta(days=days or 1))
        ActionItem.objects.filter(pk=item.pk).update(made_at=meeting.ends_at)


def _look_ahead(life: Life, key: str, by: Membership, memberships: Memberships) -> None:
    coming = by.group.meetings.going_ahead().coming().filter(series__isnull=False).first()
    if coming is None:
        return
    for title, note, handle, supporters in life.to_come:
        item = actions.add_agenda_item(by=memberships[key, handle], meeting=coming, title=title, note=note)
        for supporter in supporters:
            actions.support_agenda_item(by=memberships[key, supporter], item=item)


def _once_a_month(life: Life, by: Membership, now: datetime) -> None:
    """The second Tuesday after today's month has ended, six times."""
    today = now.astimezone(by.group.zone).date()
    first_of_next = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    first = first_of_next + timedelta(days=(1 - first_of_next.weekday()) % 7 + 7)
    starts = datetime.combine(first, time(18))
    rule = rule_for(Repeats.MONTHLY_WEEKDAY, starts, times=6)
    actions.schedule_meeting(by=by, title=life.once_a_month, starts=starts, repeats=rule)


def _meet_now(life: Life, by: Membership, now: datetime) -> None:
    """A meeting that is going on, so that the code of the room can be seen at work."""
    meeting = Meeting.objects.create(
        group=by.group,
        title=life.now,
        starts_at=now.replace(minute=0, second=0, microsecond=0),
        duration_minutes=240,
    )
    actions.make_attendance_code(by=by, meeting=meeting)
