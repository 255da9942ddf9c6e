"""Growing a guide from a practice: a draft that only its group sees, with credit to whoever worked it out."""

import secrets

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from groups.actions.journal import record
from groups.models import Group, Membership, Power, Practice
from resources.models import Guide, GuideTranslation, Topic

SUMMARY = 300


class DraftOver(Exception):
    """It was published or removed meanwhile, and is no draft any more."""


@transaction.atomic
def grow_guide(*, by: Membership, practice: Practice, topic: Topic, credited: bool) -> GuideTranslation:
    """Begin a guide from a practice of one's own group, once: done again it gives the draft that is there.

    Its words are plain text from here on: a guide is made to be read by everybody. `credited`: with the group's name.
    """
    if not by.may_draft_guides or practice.group_id != by.group_id:
        raise PermissionDenied(Power.REVIEW_GUIDES)
    group = Group.objects.select_for_update(no_key=True).get(pk=by.group_id)
    present = GuideTranslation.objects.filter(group=group, guide__grown_from=practice.pk).first()
    if present is not None:
        return present
    guide = Guide.objects.create(
        slug=f"draft-{secrets.token_hex(8)}",
        topic=topic,
        group=group,
        original_language=group.language,
        grown_from=practice.pk,
        credit=group.name if credited else "",
    )
    text = GuideTranslation.objects.create(
        guide=guide,
        group=group,
        language=group.language,
        title=practice.title,
        summary=_in_short(practice.what),
        body=_as_body(practice),
    )
    record(by=by, group=by.group, verb="grow_guide", on=guide)
    return text


def _in_short(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= SUMMARY else line[: SUMMARY - 1].rsplit(" ", 1)[0] + "…"


def _as_body(practice: Practice) -> str:
    """The prompts as parts of a guide, in the language of the group."""
    with override(practice.group.language):
        parts = [
            (_("What we do"), practice.what),
            (_("When"), practice.when),
            (_("What makes it hard"), practice.hard),
            (_("What it changed"), practice.changed),
        ]
        return "\n\n".join(f"## {heading}\n\n{words}" for heading, words in parts if words)


@transaction.atomic
def edit_draft(*, by: Membership, text: GuideTranslation, title: str, summary: str, body: str) -> GuideTranslation:
    """Change the words of a draft. Raises DraftOver."""
    locked = _locked(by, text)
    locked.title, locked.summary, locked.body = title, summary, body
    locked.save(update_fields=["title", "summary", "body"])
    record(by=by, group=by.group, verb="edit_draft", on=locked.guide)
    return locked


@transaction.atomic
def remove_draft(*, by: Membership, text: GuideTranslation) -> None:
    """Remove a draft. The practice stays, and can be grown again. Raises DraftOver."""
    locked = _locked(by, text)
    record(by=by, group=by.group, verb="remove_draft", on=locked.guide)
    locked.guide.delete()


def _locked(by: Membership, text: GuideTranslation) -> GuideTranslation:
    if not by.may_draft_guides:
        raise PermissionDenied(Power.REVIEW_GUIDES)
    drafts = GuideTranslation.objects.drafts_of(by.group).select_for_update(of=("self",))
    found = drafts.filter(pk=text.pk, guide__is_published=False).first()
    if found is None:
        raise DraftOver
    return found
