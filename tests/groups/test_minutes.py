"""Minutes are written by who runs the meeting, and nobody's words are overwritten unseen."""

from datetime import datetime, timedelta

import pytest
from django.db import connection

from groups import actions
from groups.models import Meeting


@pytest.fixture
def meeting(ana, caro, as_member) -> Meeting:
    """Caro's turn to take notes."""
    with as_member(ana):
        starts = datetime.now() + timedelta(days=3)  # noqa: DTZ005 (wall-clock time)
        meeting = actions.schedule_meeting(by=ana, title="Thursday", starts=starts)
        actions.join_rota(by=caro, task="take_notes")
        return meeting


def write(client, meeting: Meeting, text: str, version: int = 0):
    return client.post(f"{meeting.get_absolute_url()}minutes/", {"text": text, "version": str(version)})


def test_whoever_takes_notes_writes_and_every_member_reads(ben, caro, meeting, sign_in):
    assert write(sign_in(caro), meeting, "We open on Sundays.").status_code == 302
    assert "We open on Sundays." in sign_in(ben).get(meeting.get_absolute_url()).content.decode()
    assert write(sign_in(ben), meeting, "No.").status_code == 403


def test_two_people_writing_at_once_lose_no_word(ana, caro, meeting, sign_in, as_member):
    assert write(sign_in(caro), meeting, "Caro wrote this.").status_code == 302
    answer = write(sign_in(ana), meeting, "Ana wrote that.")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Caro wrote this." in page
    assert "Ana wrote that." in page
    assert 'name="version" value="1"' in page, "saving again is saving on top of what is shown"
    assert write(sign_in(ana), meeting, "Caro wrote this. Ana wrote that.", version=1).status_code == 302
    with as_member(ana):
        meeting.refresh_from_db()
        assert (meeting.minutes, meeting.minutes_version) == ("Caro wrote this. Ana wrote that.", 2)


def test_the_same_text_sent_twice_is_one_version(caro, meeting, sign_in, as_member):
    for _ in range(2):
        assert write(sign_in(caro), meeting, "Once.").status_code == 302
    with as_member(caro):
        meeting.refresh_from_db()
        assert meeting.minutes_version == 1


def test_minutes_are_sealed(caro, meeting, sign_in, as_member):
    write(sign_in(caro), meeting, "What the police did")
    with as_member(caro), connection.cursor() as cursor:
        cursor.execute("SELECT minutes FROM groups_meeting")
        assert b"police" not in bytes(cursor.fetchone()[0])


def test_what_is_too_long_is_refused_and_kept(caro, meeting, sign_in):
    answer = write(sign_in(caro), meeting, "word " * 5_000)
    assert answer.status_code == 422
    assert "word word" in answer.content.decode()


def test_agenda_and_minutes_can_be_printed_without_who_came(ben, caro, meeting, sign_in):
    write(sign_in(caro), meeting, "We open on Sundays.")
    page = sign_in(ben).get(f"{meeting.get_absolute_url()}print/").content.decode()
    assert "We open on Sundays." in page
    assert 'method="post"' not in page.split("<main")[1]
