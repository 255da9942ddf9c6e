"""What the groups of the demonstration do among themselves, what was done to people, and what they demand.

All of it is invented, in the language of each group, and nobody is named.
"""

# ruff: noqa: E501 (texts stand as they are read)

import random
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from groups.actions import campaigns, practices, rights
from groups.models import Campaign, Membership, Practice, RightsRecord, SharedPractice
from hrplatform import isolation

if TYPE_CHECKING:
    from groups.demonstration.world import World

# Setting, who wrote it, with whom it is shared, then title, what, when, hard, changed.
PRACTICES: dict[str, list[tuple[str, str, str, tuple[str, str, str, str, str]]]] = {
    "new-york": [
        ("outside", "caro", "everyone", (
            "One spare in every bag",
            "Each of us carries one spare set that is not for us. It is for whoever asks. We fill it up before we go home.",
            "Every night, also when we are not on a round.",
            "Pockets are searched. We keep the spare in its wrapping, with the card of the programme.",
            "In one winter nobody we know shared because there was nothing else.")),
        ("venue", "ben", "network", (
            "Knock after ten minutes",
            "Who goes to the bathroom alone says so. After ten minutes somebody knocks. No answer: we go in, with naloxone.",
            "At every meeting and every party.",
            "Some feel watched. We agree on the knock beforehand, so that nobody is surprised.",
            "Twice somebody was found in time.")),
        ("home", "tomas", "", (
            "Say it before you try it",
            "Before something new we tell one person what it is and how much, and start with a small part of it.",
            "When it is from somebody new, or after a break.",
            "At four in the morning nobody picks up. We have a list for who is awake when.",
            "People began to ask each other again.")),
    ],
    "rotterdam": [
        ("home", "joost", "everyone", (
            "Soep voor wie aanklopt",
            "Wie aanklopt krijgt eerst soep en een nieuwe set, en dan pas vragen.",
            "Elke avond dat er licht brandt.",
            "Soms zijn we met meer dan er stoelen zijn.",
            "Mensen komen nu ook als het goed met ze gaat.")),
        ("home", "fatima", "", (
            "Samen tellen",
            "We schrijven op een briefje hoe laat en hoeveel, zodat wie blijft het weet.",
            "Als er iemand blijft slapen.",
            "Niet iedereen wil opschrijven.",
            "We hoeven niet meer te raden.")),
    ],
    "buenos-aires": [
        ("anywhere", "nacho", "everyone", (
            "Pipa propia, boquilla propia",
            "Cada persona lleva su boquilla. La pipa puede pasar de mano, la boquilla no.",
            "Siempre que fumamos en ronda.",
            "Las boquillas se pierden. Llevamos manguera de goma cortada de más.",
            "Menos labios quemados, y la ronda sigue siendo ronda.")),
        ("service", "marisa", "network", (
            "Dos al hospital",
            "Nadie va solo a la guardia. Una persona habla, la otra anota qué dijeron y a qué hora.",
            "Cada vez que alguien necesita que lo atiendan.",
            "Hay que esperar horas, y no siempre dejan entrar a dos.",
            "Nos atienden antes, y mejor, cuando alguien anota.")),
    ],
    "bishkek": [
        ("outside", "dee", "everyone", (
            "Две дозы в разных карманах",
            "Носим налоксон в двух местах: один у себя, другой у того, кто рядом.",
            "Всегда, когда мы не дома.",
            "Зимой налоксон мёрзнет, поэтому держим его под курткой.",
            "Больше не бегаем через весь двор, когда дорога каждая минута.")),
        ("prison", "nurgul", "", (
            "Первый день после выхода",
            "Встречаем у ворот, едим вместе, напоминаем, что прежней дозы больше нет.",
            "В первый день и ещё три дня потом.",
            "День выхода часто говорят накануне вечером.",
            "Никто из тех, кого мы встретили в этом году, не остался в эти дни один.")),
    ],
}  # fmt: skip

# Group, who says it, about which of the group's practices, what.
COMMENTS = [
    ("new-york", "ben", 0, "I give mine away every week. We need more wrapping, not more sets."),
    ("new-york", "ana", 0, "Let us put it on the list for the next order."),
    ("new-york", "caro", 1, "Knocking works better with a song than with the knuckles."),
    ("rotterdam", "wim", 0, "Met brood erbij gaat het ook."),
    ("buenos-aires", "lucia", 1, "Podemos hacer una lista de quién puede acompañar cada día."),
    ("bishkek", "aibek", 0, "Под курткой и правда не замерзает, проверил."),
]

# The group that carries on, who says so, whose practice (group, number), and its own words when it changed it.
CARRIED: list[tuple[str, str, tuple[str, int], tuple[str, str] | None]] = [
    ("rotterdam", "wim", ("new-york", 0), ("Twee extra sets", "Wij dragen er twee: één om te geven en één om te ruilen.")),
    ("buenos-aires", "lucia", ("new-york", 0), None),
    ("bishkek", "aibek", ("new-york", 0), None),
    ("new-york", "caro", ("bishkek", 0), None),
    ("bishkek", "nurgul", ("buenos-aires", 1), ("Вдвоём в больницу", "Один говорит, второй записывает, кто и когда отказал.")),
]  # fmt: skip

# Group, who wrote it, months ago, actor, violation, whom, place, what, response, outcome, consents (help, counts, words).
RECORDS = [
    ("new-york", "caro", 0, "police", "arrest", "people_who_use", "near a pharmacy",
     "Searched and taken along because of new sets in the bag, with the card of the programme beside them.",
     "We brought the letter of the programme to the station.", "Let go after six hours. The sets were not given back.", "110"),
    ("new-york", "ben", 1, "health", "denial_of_care", "without_home", "a hospital",
     "Sent away with an abscess. They said to come back sober.", "Two of us went along the next morning.",
     "It was opened and dressed.", "111"),
    ("new-york", "tomas", 2, "police", "violence", "young", "a park", "Pushed to the ground, a kit stepped on.", "", "", "010"),
    ("new-york", "caro", 3, "private", "stigma", "people_who_use", "a pharmacy",
     "Naloxone not sold, though it is sold without a letter here.", "We asked the owner to read the rule.", "", "010"),
    ("new-york", "ben", 4, "health", "confidentiality", "women", "a clinic",
     "The desk said aloud why she was there.", "", "", "010"),
    ("new-york", "ana", 5, "police", "arrest", "peer_workers", "on a round",
     "Stopped three nights in a row, always the same patrol.", "We wrote to the precinct.", "An officer came to a meeting.", "110"),
    ("buenos-aires", "nacho", 1, "police", "extortion", "people_who_use", "cerca de la estación",
     "Pidieron plata para no llevarse a nadie.", "", "", "100"),
    ("buenos-aires", "marisa", 2, "health", "stigma", "women", "una guardia",
     "La hicieron esperar hasta el final por cómo venía.", "Fuimos de a dos al día siguiente.", "La atendieron.", "010"),
    ("bishkek", "aibek", 0, "police", "extortion", "people_who_use", "у аптеки",
     "Требовали деньги, иначе обещали поставить на учёт.", "Позвали юриста.", "", "110"),
    ("bishkek", "dee", 2, "health", "denial_of_care", "in_prison", "в колонии",
     "Два месяца без лечения, хотя оно было назначено.", "Письмо в прокуратуру.", "Лечение начали.", "011"),
    ("rotterdam", "fatima", 1, "state", "other", "without_home", "bij een loket",
     "Geen bed gekregen, omdat er geen adres was.", "", "", "000"),
]  # fmt: skip

# Group, who, months ago, state, shared with, title, demand, target, allies, result, actions (days from today, what).
CAMPAIGNS = [
    ("new-york", "ana", 5, "running", "public", "Carrying is not a crime",
     "New equipment in a bag is no reason to search or to arrest anybody. Write it into the rules of the precinct.",
     "The police precinct", "A law clinic, the nurses of the night shift", "",
     [(-60, "Letter to the precinct"), (-20, "An officer came to our meeting"), (9, "We read the rule aloud at the door")]),
    ("new-york", "ben", 12, "won", "public", "Naloxone on the shelf", "Naloxone in every pharmacy, without a letter.",
     "The pharmacies", "", "Four pharmacies sell it now.", [(-200, "We asked in each of them")]),
    ("buenos-aires", "lucia", 2, "running", "network", "Que nos atiendan",
     "Atención en la guardia sin preguntas sobre el consumo, y sin esperar al final.", "El hospital",
     "Dos enfermeras de la guardia", "", [(-14, "Reunión con la dirección"), (21, "Asamblea en la puerta")]),
    ("bishkek", "dee", 1, "planned", "", "Без поборов", "Ни один прохожий не должен платить за то, что его не тронут.",
     "Районный отдел милиции", "Юристы", "", [(30, "Круглый стол")]),
    ("rotterdam", "joost", 3, "ended", "", "Een bed zonder adres", "Een plek om te slapen, ook zonder adres.",
     "De gemeente", "", "Nog niet gelukt. We proberen het in het voorjaar weer.", [(-40, "Brief aan de gemeente")]),
]  # fmt: skip


def build(*, world: "World", today: date, seed: random.Random) -> None:
    """Fill the groups. Each writes in a context of its own, as in life."""
    made = _practices(world, seed)
    _carry_on(world, made)
    records = _records(world, today, seed)
    _campaigns(world, records, today, seed)


def _number(seed: random.Random) -> UUID:
    return UUID(int=seed.getrandbits(128), version=4)


def _as(member: Membership) -> AbstractContextManager[None]:
    return isolation.context(person=member.person_id, groups=[member.group_id])


def _coordinator(world: "World", key: str) -> Membership:
    handle = {"new-york": "ana", "rotterdam": "joost", "buenos-aires": "lucia", "bishkek": "dee"}[key]
    member = world.memberships[key, handle]
    return Membership.objects.with_roles().get(pk=member.pk)


def _practices(world: "World", seed: random.Random) -> dict[tuple[str, int], SharedPractice]:
    shared: dict[tuple[str, int], SharedPractice] = {}
    for key, wanted in PRACTICES.items():
        written: list[Practice] = []
        with isolation.context(groups=[world.groups[key].pk]):
            for number, (setting, handle, audience, words) in enumerate(wanted):
                texts = dict(zip(("title", "what", "when", "hard", "changed"), words, strict=True))
                by = world.memberships[key, handle]
                practice = practices.write_practice(by=by, entry=_number(seed), setting=setting, **texts)
                written.append(practice)
                if audience:
                    shared[key, number] = practices.share_practice(
                        by=_coordinator(world, key), practice=practice, audience=audience, signed=key != "rotterdam"
                    )
            for group, handle, number, words_said in COMMENTS:
                if group == key:
                    by = world.memberships[key, handle]
                    practices.comment_on_practice(
                        by=by, practice=written[number], entry=_number(seed), words=words_said
                    )
    return shared


def _carry_on(world: "World", shared: dict[tuple[str, int], SharedPractice]) -> None:
    for key, handle, source, own_words in CARRIED:
        by = world.memberships[key, handle]
        with _as(by):
            found = SharedPractice.objects.get(pk=shared[source].pk)
            if own_words is None:
                practices.carry_on_practice(by=by, shared=found)
                continue
            texts = {**found.texts, "title": own_words[0], "what": own_words[1], "when": "", "hard": "", "changed": ""}
            own = practices.carry_on_practice(by=by, shared=found, kind="changed", setting=found.setting, **texts)
            practices.share_practice(by=_coordinator(world, key), practice=own, audience="everyone", signed=False)


def _month(today: date, ago: int) -> date:
    number = today.year * 12 + today.month - 1 - ago
    return date(number // 12, number % 12 + 1, 1)


def _records(world: "World", today: date, seed: random.Random) -> dict[str, list[RightsRecord]]:
    made: dict[str, list[RightsRecord]] = {}
    for key, handle, ago, actor, violation, whom, place, what, response, outcome, consents in RECORDS:
        by = world.memberships[key, handle]
        agreed = dict(
            zip(
                ("consent_help", "consent_statistics", "consent_publication"),
                (letter == "1" for letter in consents),
                strict=True,
            )
        )
        with isolation.context(groups=[by.group_id]):
            record = rights.record_rights(
                by=by, entry=_number(seed), month=_month(today, ago), day="", place=place, whom=whom, actor=actor,
                violation=violation, what=what, response="", **agreed,
            )  # fmt: skip
            if response or outcome:
                rights.follow_up_rights(by=by, rights_record=record, response=response, outcome=outcome, **agreed)
        made.setdefault(key, []).append(record)
    return made


def _campaigns(world: "World", records: dict[str, list[RightsRecord]], today: date, seed: random.Random) -> None:
    for number, (key, handle, ago, state, audience, *words, deeds) in enumerate(CAMPAIGNS):
        texts = dict(zip(("title", "demand", "target", "allies", "result"), words, strict=True))
        with isolation.context(groups=[world.groups[key].pk]):
            by, coordinator = world.memberships[key, handle], _coordinator(world, key)
            campaign = campaigns.start_campaign(by=by, entry=_number(seed), state=state, **texts)
            Campaign.objects.filter(pk=campaign.pk).update(begun_on=_month(today, ago))
            for days, what in deeds:
                on = today + timedelta(days=days)
                campaigns.add_campaign_action(by=by, campaign=campaign, entry=_number(seed), on=on, what=what)
            if number in (0, 2):
                campaigns.link_records(by=coordinator, campaign=campaign, rights_records=records[key])
            if audience:
                says = number in (0, 2)
                campaigns.share_campaign(by=coordinator, campaign=campaign, audience=audience, says_records=says)
