"""What a person wrote: when they leave it stays without their name, or goes, as they choose."""

from collections.abc import Iterator

from django.apps import apps
from django.db import models

from groups.models import Membership, Person


def models_with_writers() -> Iterator[tuple[type[models.Model], str, tuple[str, ...]]]:
    """Each model that holds somebody's words, the field that says whose, and the fields that hold them."""
    for model in apps.get_models():
        words: tuple[str, ...] | None = getattr(model, "words_of_writer", None)
        if words is not None:
            yield model, getattr(model, "writer_field", "written_by"), words


def part_with_words(*, membership: Membership, keep: bool) -> None:
    """Take the name off everything this member wrote in this group; unless `keep`, take the words away too.

    Rows stay, so that what is counted from them stays true.
    """
    for model, writer, words in models_with_writers():
        owner = membership.person if model._meta.get_field(writer).related_model is Person else membership
        theirs = model._base_manager.filter(**{"group": membership.group, writer: owner})
        theirs.update(**{writer: None}, **({} if keep else dict.fromkeys(words, "")))
