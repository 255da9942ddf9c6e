"""The database itself keeps drafts from others, and published guides from change by others."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.db import IntegrityError, ProgrammingError, connection, models, transaction
from django.test import Client

from groups.models import Membership
from hrplatform import isolation
from resources.models import Guide, GuideTranslation, Source

Opens = Callable[[Membership], AbstractContextManager[None]]
OWNED: list[type[models.Model]] = [Guide, GuideTranslation, Source]


@pytest.fixture
def draft(publish: Callable[..., Guide], ana: Membership) -> Guide:
    guide = publish()
    with isolation.context(groups=[ana.group_id]):
        for model in OWNED:
            model._base_manager.update(is_published=False)
    return guide


@pytest.mark.parametrize("model", OWNED)
def test_a_draft_is_its_groups_alone(
    model: type[models.Model], draft: Guide, ana: Membership, dee: Membership, as_member: Opens
) -> None:
    assert not model._base_manager.exists()
    with as_member(dee):
        assert not model._base_manager.exists()
    with as_member(ana):
        assert model._base_manager.count() == 1


def test_a_draft_has_no_page(draft: Guide, ana: Membership, visitor: Client, sign_in: Callable[..., Client]) -> None:
    assert visitor.get("/en/guides/a-guide/").status_code == 404
    assert sign_in(ana).get("/en/guides/a-guide/").status_code == 404


@pytest.mark.parametrize("model", OWNED)
def test_others_read_a_published_row_and_cannot_change_it(
    model: type[models.Model], publish: Callable[..., Guide], dee: Membership, as_member: Opens
) -> None:
    publish()
    with as_member(dee):
        assert model._base_manager.count() == 1
        assert model._base_manager.update(is_published=False) == 0
        assert model._base_manager.update(group=dee.group) == 0
        assert model._base_manager.all()._raw_delete("default") == 0
    assert model._base_manager.filter(is_published=True).count() == 1


def test_nobody_hangs_a_row_of_theirs_on_anothers_guide(
    publish: Callable[..., Guide], dee: Membership, as_member: Opens
) -> None:
    facts = {"guide": publish(), "key": "false-2026", "number": 9, "title": "x", "publisher": "y", "is_published": True}
    with as_member(dee):
        Source.objects.create(group=dee.group, **facts)
        with pytest.raises(IntegrityError), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        transaction.set_rollback(True)


def test_nobody_adds_a_row_in_anothers_name(publish: Callable[..., Guide], dee: Membership, as_member: Opens) -> None:
    guide = publish()
    with as_member(dee), pytest.raises(ProgrammingError, match="row-level security"):
        Source.objects.create(
            guide=guide, group_id=guide.group_id, key="false-2026", number=9, title="x", publisher="y"
        )
