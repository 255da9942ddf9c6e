"""What we do among ourselves: written down in our own words, talked about, and kept inside."""

from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied

from groups.actions import practices as actions
from groups.models import Carrying, JournalEntry, Practice, PracticeComment, SharedPractice
from tests.groups.outward import WORDS, practice_of

FORM = {
    "title": "One spare",
    "what": "We always carry one spare set.",
    "when": "Every time we go out.",
    "hard": "Pockets are searched.",
    "changed": "Nobody waits any more.",
    "setting": "outside",
}


@pytest.fixture
def place(ana) -> str:
    return f"/groups/{ana.group.slug}/practices/"


def test_any_member_writes_down_a_practice_and_all_members_read_it(ben, caro, place, sign_in):
    answer = sign_in(ben).post(f"{place}write/", FORM)
    assert answer.status_code == 302
    page = sign_in(caro).get(answer["Location"]).content.decode()
    for words in ("One spare", "We always carry one spare set.", "Pockets are searched.", "Nobody waits any more."):
        assert words in page
    assert "outside" in page
    assert "One spare" in sign_in(caro).get(place).content.decode()


def test_its_words_are_sealed_in_the_database(ben, place, sign_in, as_member):
    sign_in(ben).post(f"{place}write/", FORM)
    with as_member(ben):
        stored = Practice.objects.values_list("title", "what", "when", "hard", "changed").get()
    assert not [value for value in stored if b"spare" in bytes(value) or b"out" in bytes(value)]


def test_pressed_twice_it_is_written_once(ben, place, sign_in, as_member):
    client, form = sign_in(ben), {**FORM, "entry": str(uuid4())}
    first, second = (client.post(f"{place}write/", form) for _ in range(2))
    assert first["Location"] == second["Location"]
    with as_member(ben):
        assert Practice.objects.count() == 1
        assert JournalEntry.objects.filter(verb="write_practice").count() == 1


def test_the_number_of_a_page_cannot_be_aimed_at_a_row_of_another_group(ben, dee, sign_in, as_member):
    theirs = practice_of(dee)
    place = f"/groups/{ben.group.slug}/practices/write/"
    assert sign_in(ben).post(place, {**FORM, "entry": str(theirs.pk)}).status_code == 302
    with as_member(dee):
        assert Practice.objects.get().title == WORDS["title"]


@pytest.mark.parametrize("entry", ["", "x", "\x00", "9" * 400])
def test_a_page_that_lost_its_number_still_saves(entry, ben, place, sign_in):
    assert sign_in(ben).post(f"{place}write/", {**FORM, "entry": entry}).status_code == 302


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""), ("title", " \u200b "), ("title", "x" * 121), ("title", "a\x00b"), ("what", ""),
        ("what", "x" * 2001), ("when", "\x00"), ("setting", "14 Main Street"), ("setting", ""),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_at_its_field_and_kept(field, value, ben, place, sign_in, as_member):
    answer = sign_in(ben).post(f"{place}write/", {**FORM, field: value})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert "Nobody waits any more." in answer.content.decode()
    with as_member(ben):
        assert not Practice.objects.exists()


# --- The warning ------------------------------------------------------------------------------------------------------


def test_a_name_or_place_in_the_words_is_shown_and_asked_about(ben, place, sign_in, as_member):
    client, form = sign_in(ben), {**FORM, "what": "We ask Maria at 14 Delancey Street, or caro."}
    answer = client.post(f"{place}write/", form)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["may_stay"]
    for words in ("Maria", "14 Delancey Street", "caro"):
        assert f'value="{words}"' in page
    with as_member(ben):
        assert not Practice.objects.exists()


def test_it_never_blocks_whoever_ticks_every_word_saves(ben, place, sign_in, as_member):
    form = {**FORM, "what": "We plant a Rose, and ask Maria.", "may_stay": ["Rose", "Maria"]}
    assert sign_in(ben).post(f"{place}write/", form).status_code == 302
    with as_member(ben):
        assert "Maria" in Practice.objects.get().what


def test_a_word_that_was_not_ticked_is_asked_about_again_though_another_was(ben, place, sign_in):
    form = {**FORM, "what": "We plant a Rose, and ask Maria.", "may_stay": ["Rose"]}
    assert sign_in(ben).post(f"{place}write/", form).status_code == 422


def test_a_word_that_was_ticked_and_then_taken_out_is_no_mistake(ben, place, sign_in):
    form = {**FORM, "what": "We plant a Rose.", "may_stay": ["Rose", "Maria"]}
    assert sign_in(ben).post(f"{place}write/", form).status_code == 302


# --- Changing, removing, talking --------------------------------------------------------------------------------------


def test_whoever_wrote_it_changes_it_and_so_does_who_coordinates_but_nobody_else(ana, ben, caro, place, sign_in):
    practice = practice_of(ben)
    for who, expected in ((ben, 302), (ana, 302), (caro, 403)):
        assert sign_in(who).post(f"{place}{practice.pk}/edit/", FORM).status_code == expected
    page = sign_in(caro).get(f"{place}{practice.pk}/").content.decode()
    assert f"{practice.pk}/edit/" not in page
    assert f"{practice.pk}/share/" not in page


def test_removed_it_goes_with_its_comments_and_with_what_others_read(ana, ben, place, sign_in, as_member):
    practice = practice_of(ben)
    with as_member(ana):
        actions.share_practice(by=ana, practice=practice, audience="everyone", signed=False)
        actions.comment_on_practice(by=ana, practice=practice, entry=uuid4(), words="yes")
    client = sign_in(ben)
    assert client.post(f"{place}{practice.pk}/remove/").status_code == 302
    assert client.post(f"{place}{practice.pk}/remove/").status_code == 404
    with as_member(ana):
        for model in (Practice, PracticeComment, SharedPractice):
            assert not model.objects.exists()


def test_members_talk_about_a_practice_in_order_and_a_double_tap_says_it_once(ben, caro, place, sign_in, as_member):
    practice = practice_of(ben)
    say = f"{place}{practice.pk}/comment/"
    form = {"words": "We tried <b>this</b>.", "entry": str(uuid4())}
    for _ in range(2):
        assert sign_in(caro).post(say, form).status_code == 302
    sign_in(ben).post(say, {"words": "And?"})
    page = sign_in(ben).get(f"{place}{practice.pk}/").content.decode()
    assert page.count("We tried &lt;b&gt;this&lt;/b&gt;.") == 1
    assert page.index("We tried") < page.index("And?")
    with as_member(ben):
        assert list(PracticeComment.objects.values_list("number", flat=True)) == [1, 2]
        assert b"tried" not in bytes(PracticeComment.objects.values_list("words", flat=True)[0])


@pytest.mark.parametrize("words", ["", "  ", "x" * 2001, "a\x00"])
def test_a_comment_that_cannot_be_comes_back_with_the_page(words, ben, place, sign_in):
    practice = practice_of(ben)
    answer = sign_in(ben).post(f"{place}{practice.pk}/comment/", {"words": words})
    assert answer.status_code == 422
    assert "one spare" in answer.content.decode()


def test_what_someone_wrote_stays_unsigned_when_their_membership_goes(ana, ben, place, sign_in, as_member):
    practice = practice_of(ben)
    with as_member(ana):
        actions.comment_on_practice(by=ben, practice=practice, entry=uuid4(), words="we tried")
        ben.delete()
    page = sign_in(ana).get(f"{place}{practice.pk}/").content.decode()
    assert "we tried" in page
    assert "unsigned" in page


def test_the_action_itself_refuses_who_may_not(ben, caro, as_member):
    practice = practice_of(ben)
    with as_member(caro):
        for refused in (
            lambda: actions.change_practice(by=caro, practice=practice, setting="home", **WORDS),
            lambda: actions.remove_practice(by=caro, practice=practice),
            lambda: actions.share_practice(by=caro, practice=practice, audience="everyone", signed=False),
            lambda: actions.unshare_practice(by=caro, practice=practice),
        ):
            with pytest.raises(PermissionDenied):
                refused()


# --- Long lists -------------------------------------------------------------------------------------------------------


def test_a_list_costs_the_same_however_long_and_comes_in_pages(
    ana, ben, dee, place, sign_in, as_member, django_assert_max_num_queries
):
    client = sign_in(ben)
    client.get(place)  # the first page asks what the instance is called

    def count(address: str) -> int:
        with django_assert_max_num_queries(40) as captured:
            assert client.get(address).status_code == 200
        # Without the session, which says now and then that it is still in use.
        asked = [query["sql"] for query in captured.captured_queries if query["sql"].startswith("SELECT")]
        return len([sql for sql in asked if "django_session" not in sql])

    def fill(number: int) -> None:
        for _ in range(number):
            practice = practice_of(ana)
            with as_member(ana):
                actions.share_practice(by=ana, practice=practice, audience="everyone", signed=True)
                actions.comment_on_practice(by=ana, practice=first, entry=uuid4(), words="yes")
            theirs = practice_of(dee)
            with as_member(dee):
                shared = actions.share_practice(by=dee, practice=theirs, audience="everyone", signed=True)
            with as_member(ana):
                actions.carry_on_practice(by=ana, shared=SharedPractice.objects.get(pk=shared.pk))

    first = practice_of(ben)
    addresses = [place, f"/groups/{ana.group.slug}/shared/", f"{place}{first.pk}/"]
    fill(2)
    few = [count(address) for address in addresses]
    fill(10)
    assert [count(address) for address in addresses] == few
    with as_member(ana):
        assert Carrying.objects.count() == 12
    assert "Page 1 of 2" in client.get(place).content.decode()
    assert "Page 2 of 2" in client.get(f"{place}?page=999999999999").content.decode()
    assert client.get(f"{place}?page=x%00").status_code == 200
