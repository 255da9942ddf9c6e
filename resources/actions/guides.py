"""Publishing guides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from groups import access
from groups.actions.journal import record
from groups.models import Group, Membership, Power
from hrplatform import public_pages
from resources.languages import Language
from resources.models import Guide, GuideTranslation, Source, Topic
from resources.rendering import plain_text, render
from resources.search import vector


@dataclass(frozen=True)
class Text:
    """A guide as written in one language; `body` is Markdown."""

    title: str
    summary: str
    body: str


@transaction.atomic
def publish_guide(
    *,
    by: Membership | None,
    group: Group,
    slug: str,
    topic: Topic,
    original_language: str,
    texts: Mapping[str, Text],
    sources: Sequence[Mapping[str, Any]],
    last_checked_on: date | None,
    position: int = 0,
    published_on: date | None = None,
) -> Guide:
    """Publish a guide in these languages, whole or not at all. Saying the same again changes nothing.

    `sources`: key, title, publisher, year and url, in the order in which they are numbered. A text that changed gets
    the next version. `published_on` is today unless given. `by=None`: the program itself, for the demonstration.
    Raises ValidationError with every reason why it cannot be published, and PermissionDenied.
    """
    if by is not None:
        access.require(by, Power.REVIEW_GUIDES)
    if original_language not in texts:
        raise ValidationError(_("The text in the language it was written in is missing."), code="original")
    # Another group's guide cannot be locked, so it is not found here; its address turns up as taken below.
    guide = Guide.objects.select_for_update().filter(slug=slug, group=group).first() or Guide(slug=slug)
    facts = {
        "group_id": group.pk,
        "topic_id": topic.pk,
        "position": position,
        "original_language": original_language,
        "is_published": True,
    }
    try:
        with transaction.atomic():
            is_new = _write(guide, facts)
    except IntegrityError as error:
        raise ValidationError(_("This address is taken: %(slug)s"), code="slug", params={"slug": slug}) from error
    changed = [is_new, _write_sources(guide, sources)]
    numbers = {str(source["key"]): number for number, source in enumerate(sources, start=1)}
    problems: list[ValidationError] = []
    for language, text in texts.items():
        try:
            html = render(text.body, sources=numbers)
            stamps = {"last_checked_on": last_checked_on, "body_html": html}
            changed.append(_write_translation(guide, language, text, stamps, published_on or date.today()))
        except ValidationError as error:
            problems += [ValidationError(f"{language}: {message}", code="guide") for message in error.messages]
    if problems:
        raise ValidationError(problems)
    if any(changed):
        record(by=by, group=group, verb="publish_guide", on=guide)
        transaction.on_commit(public_pages.mark_changed)
    return guide


def _write_translation(
    guide: Guide,
    language: str,
    text: Text,
    facts: Mapping[str, Any],
    published_on: date,
) -> bool:
    translation = guide.translations.filter(language=language).first() or GuideTranslation(
        guide=guide, language=language, version=0
    )
    words = {"title": text.title, "summary": text.summary, "body": text.body}
    if not translation.is_published or any(getattr(translation, name) != value for name, value in words.items()):
        facts = {**facts, "version": translation.version + 1, "published_on": published_on}
    if not _write(translation, {**facts, **words, "group_id": guide.group_id, "is_published": True}):
        return False
    # As a second statement: the database computes this one.
    GuideTranslation.objects.filter(pk=translation.pk).update(
        search=vector(**{**words, "body": plain_text(translation.body_html)}, language=Language(language))
    )
    return True


def _write_sources(guide: Guide, sources: Sequence[Mapping[str, Any]]) -> bool:
    """Make the guide's list of sources this one, in this order."""
    present = {source.key: source for source in guide.sources.all()}
    changed = False
    for number, facts in enumerate(sources, start=1):
        source = present.pop(str(facts["key"]), None) or Source(guide=guide, key=facts["key"])
        wanted = {
            "group_id": guide.group_id,
            "number": number,
            "title": facts["title"],
            "publisher": facts["publisher"],
            "year": facts.get("year"),
            "url": facts.get("url", ""),
            "is_published": True,
        }
        changed |= _write(source, wanted)
    for source in present.values():
        source.delete()
    return changed or bool(present)


def _write(row: Guide | GuideTranslation | Source, facts: Mapping[str, Any]) -> bool:
    """Save these facts when any of them is new. Raises ValidationError where one does not fit its field."""
    if not row._state.adding and all(getattr(row, name) == value for name, value in facts.items()):
        return False
    for name, value in facts.items():
        setattr(row, name, value)
    # Foreign keys were just fetched, and the database keeps what is unique: no query for either.
    foreign = [field.name for field in row._meta.concrete_fields if field.is_relation]
    row.full_clean(exclude=foreign, validate_unique=False, validate_constraints=False)
    row.save()
    return True
