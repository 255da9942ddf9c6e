"""PostgreSQL keeps each group's rows from everyone else, whatever the application forgets."""

import pytest
from django.db import ProgrammingError, connection, transaction

from groups import actions
from groups.models import Group, Invitation, JournalEntry, Meeting, Membership, Reminder
from groups.models.invitations import hash_token
from hrplatform import isolation, roles
from tests.conftest import World


def test_the_suite_runs_as_the_application_role(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (roles.APP, False, False)


@pytest.mark.parametrize("model", isolation.owned_models(), ids=lambda model: model._meta.label)
def test_every_owned_table_is_isolated_in_the_database_itself(db, model):
    state = isolation.table_state(model)
    assert state.enabled
    assert state.forced
    assert state.policies == {"SELECT", "INSERT", "UPDATE", "DELETE"}
    assert state.owner == roles.OWNER


def test_the_check_fails_for_an_owned_model_without_a_policy(monkeypatch):
    monkeypatch.setattr(isolation, "owned_models", lambda: [*_isolated(), _Unprotected])
    errors = isolation.every_owned_model_is_isolated(None)
    assert [error.obj for error in errors] == [_Unprotected]


def _isolated():
    return [Group, Meeting]


class _Unprotected:
    class _meta:
        label = "groups.Unprotected"
        app_label = "groups"
        model_name = "unprotected"


def test_without_a_context_nothing_owned_is_visible(world: World):
    for model in (Group, Membership, Meeting, JournalEntry, Reminder, Invitation):
        assert model.objects.count() == 0, model


def test_a_member_sees_their_group_and_no_other_with_no_filter_at_all(world: World, as_member):
    with as_member(world.ben):
        assert set(Group.objects.all()) == {world.union}
        assert {membership.group_id for membership in Membership.objects.all()} == {world.union.pk}
        assert {entry.group_id for entry in JournalEntry.objects.all()} == {world.union.pk}
    with as_member(world.dee):
        assert set(Group.objects.all()) == {world.elsewhere}


def test_a_row_cannot_be_written_into_another_group(world: World, as_member):
    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic(), as_member(world.dee):
        Membership.objects.create(group=world.union, person=world.dee.person)


def test_a_row_cannot_be_moved_into_another_group(world: World, as_member):
    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic(), as_member(world.dee):
        Membership.objects.filter(pk=world.dee.pk).update(group=world.union)


def test_a_row_of_another_group_can_be_neither_changed_nor_removed(world: World, as_member):
    with as_member(world.dee):
        assert Group.objects.filter(pk=world.union.pk).update(name="taken") == 0
        assert Membership.objects.filter(group=world.union).delete()[0] == 0


def test_who_may_read_a_public_group_may_neither_change_nor_remove_it(world: World, as_member):
    with as_member(world.ana):
        Group.objects.filter(pk=world.union.pk).update(visibility="public")
    with as_member(world.dee):
        assert Group.objects.filter(pk=world.union.pk).exists()
        assert Group.objects.filter(pk=world.union.pk).update(name="taken") == 0
        assert Group.objects.filter(pk=world.union.pk)._raw_delete("default") == 0


def test_who_holds_an_invitation_may_read_it_and_not_change_it(world: World, as_member):
    with as_member(world.ana):
        invitation, token = actions.invite(by=world.ana)
    with isolation.context(person=world.dee.person_id, token=hash_token(token)):
        assert Invitation.objects.filter(pk=invitation.pk).exists()
        assert Invitation.objects.filter(pk=invitation.pk).update(maximum_uses=99) == 0


def test_a_context_ends_with_its_block(world: World, as_member):
    with as_member(world.ben), as_member(world.dee):
        assert set(Group.objects.all()) == {world.elsewhere}
    assert not Group.objects.exists()


def test_an_inner_context_gives_the_outer_one_back(world: World, as_member):
    with as_member(world.ben):
        with as_member(world.dee):
            pass
        assert set(Group.objects.all()) == {world.union}


@pytest.mark.django_db(transaction=True)
def test_a_context_does_not_outlive_its_transaction_on_a_pooled_connection():
    with isolation.context(errand="upkeep"):
        pass
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s, true)", [isolation.ERRAND])
        assert not cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_a_context_outside_a_transaction_is_refused():
    with pytest.raises(RuntimeError, match="transaction"):
        isolation.widen(groups=[])


def test_the_application_role_may_not_change_tables(db):
    with pytest.raises(ProgrammingError, match="owner"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE groups_group DISABLE ROW LEVEL SECURITY")


def test_the_application_role_may_not_take_on_another_role(db):
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {roles.BACKUP}")
