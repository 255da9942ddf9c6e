"""What was done to people: written down by any member, read by few, and counted outside only with consent."""

from datetime import date, timedelta

import pytest

from groups.actions import campaigns
from groups.actions import rights as actions
from groups.forms.rights import months_back
from groups.models import CampaignRecord, JournalEntry, RightsRecord, SharedCampaign
from hrplatform import retention
from tests.groups.outward import CONSENTS, campaign_of, record_of

HAPPENED = "they were turned away at the door"


@pytest.fixture
def place(ana) -> str:
    return f"/groups/{ana.group.slug}/rights/"


@pytest.fixture
def form(ana) -> dict[str, str]:
    month = months_back(ana.group.today)[1]
    return {
        "month": month.isoformat(), "day": "", "place": "a hospital", "whom": "women", "actor": "health",
        "violation": "denial_of_care", "what": HAPPENED, "response": "",
    }  # fmt: skip


def test_any_member_writes_one_down_and_each_consent_is_no_until_somebody_says_yes(
    ben, place, form, sign_in, as_member
):
    answer = sign_in(ben).post(f"{place}write/", form)
    assert answer.status_code == 302
    with as_member(ben):
        record = RightsRecord.objects.select_related("group").get()
        assert (record.consent_help, record.consent_statistics, record.consent_publication) == (False, False, False)
        assert record.month.day == 1
    page = sign_in(ben).get(answer["Location"]).content.decode()
    assert HAPPENED in page
    assert "Denial of care" in page


def test_who_wrote_it_and_who_coordinates_read_it_and_no_other_member(ana, ben, caro, place, sign_in):
    record = record_of(ben, what=HAPPENED)
    for who in (ana, ben):
        client = sign_in(who)
        assert HAPPENED in client.get(f"{place}{record.pk}/").content.decode()
        assert f"{record.pk}" in client.get(place).content.decode()
    client = sign_in(caro)
    for address in ("", "follow-up/", "remove/"):
        assert client.get(f"{place}{record.pk}/{address}").status_code == 403
    assert f"{record.pk}" not in client.get(place).content.decode()


def test_its_words_and_its_day_are_sealed_and_the_journal_holds_none(ben, place, form, sign_in, as_member):
    sign_in(ben).post(f"{place}write/", {**form, "day": "17", "what": "the words, the words"})
    with as_member(ben):
        stored = RightsRecord.objects.values_list("what", "place", "day").get()
        entry = JournalEntry.objects.get(verb="record_rights")
    assert not [value for value in stored if b"words" in bytes(value) or bytes(value) == b"17"]
    assert entry.object_kind == "groups.RightsRecord"


def test_pressed_twice_it_is_written_once(ben, place, form, sign_in, as_member):
    form = {**form, "entry": "6f1c0000-0000-4000-8000-000000000001"}
    for _ in range(2):
        assert sign_in(ben).post(f"{place}write/", form).status_code == 302
    with as_member(ben):
        assert RightsRecord.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("month", ""), ("month", "2026-13-01"), ("month", "1200-01-01"), ("month", "2999-01-01"), ("day", "32"),
        ("day", "0"), ("day", "x"), ("day", "9" * 60), ("whom", "Maria"), ("actor", ""), ("violation", "x"),
        ("what", ""), ("what", "a\x00"), ("what", "x" * 3001), ("place", "x" * 121),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_at_its_field(field, value, ben, place, form, sign_in, as_member):
    answer = sign_in(ben).post(f"{place}write/", {**form, field: value})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    with as_member(ben):
        assert not RightsRecord.objects.exists()


def test_a_day_that_is_still_to_come_or_never_was_is_refused(ben, place, form, sign_in):
    today = ben.group.today
    tomorrow = today + timedelta(days=1)
    if tomorrow.month == today.month:
        answer = sign_in(ben).post(
            f"{place}write/", {**form, "month": today.replace(day=1).isoformat(), "day": tomorrow.day}
        )
        assert list(answer.context["form"].errors) == ["day"]
    february = next(month for month in months_back(today) if month.month == 2)
    answer = sign_in(ben).post(f"{place}write/", {**form, "month": february.isoformat(), "day": "30"})
    assert list(answer.context["form"].errors) == ["day"]


def test_a_name_in_it_is_asked_about(ben, place, form, sign_in):
    answer = sign_in(ben).post(f"{place}write/", {**form, "what": "they asked for Maria"})
    assert list(answer.context["form"].errors) == ["may_stay"]


def test_first_response_and_outcome_are_added_later(ana, ben, place, sign_in):
    record = record_of(ben)
    later = {"response": "we went along the next day", "outcome": "she was seen", "consent_help": "on"}
    assert sign_in(ana).post(f"{place}{record.pk}/follow-up/", later).status_code == 302
    page = sign_in(ben).get(f"{place}{record.pk}/").content.decode()
    assert "we went along the next day" in page
    assert "she was seen" in page
    assert "outcome known" in sign_in(ana).get(place).content.decode()


# --- Consent ----------------------------------------------------------------------------------------------------------


def test_only_with_consent_can_a_record_stand_behind_a_campaign(ana, ben, sign_in, as_member):
    campaign = campaign_of(ana)
    silent, helped = record_of(ben), record_of(ben, consent_help=True)
    counted, told = record_of(ben, consent_statistics=True), record_of(ben, consent_publication=True)
    place = f"/groups/{ana.group.slug}/campaigns/{campaign.pk}/records/"
    client = sign_in(ana)
    for refused in (silent, helped):
        assert f"{refused.pk}" not in client.get(place).content.decode()
        assert client.post(place, {"records": [str(refused.pk)]}).status_code == 422
    assert client.post(place, {"records": [str(counted.pk), str(told.pk)]}).status_code == 302
    with as_member(ana):
        assert set(CampaignRecord.objects.values_list("record", flat=True)) == {counted.pk, told.pk}
        campaigns.link_records(by=ana, campaign=campaign, rights_records=[silent, counted])  # past the form
        assert set(CampaignRecord.objects.values_list("record", flat=True)) == {counted.pk}


def test_a_record_of_another_group_cannot_be_chosen(ana, dee, sign_in):
    campaign, theirs = campaign_of(ana), record_of(dee, consent_statistics=True)
    place = f"/groups/{ana.group.slug}/campaigns/{campaign.pk}/records/"
    assert sign_in(ana).post(place, {"records": [str(theirs.pk)]}).status_code == 422


def test_a_consent_that_is_taken_back_takes_the_record_out_of_campaign_and_number_at_once(ana, ben, as_member):
    campaign = campaign_of(ana)
    records = [record_of(ben, consent_statistics=True) for _ in range(5)]
    with as_member(ana):
        ana.group.visibility = "public"
        ana.group.save(update_fields=["visibility"])
        campaigns.link_records(by=ana, campaign=campaign, rights_records=records)
        shared = campaigns.share_campaign(by=ana, campaign=campaign, audience="public", says_records=True)
        assert shared.records_in_words == "at least 5 records"
        actions.follow_up_rights(by=ana, rights_record=records[0], response="", outcome="", **CONSENTS)
        assert CampaignRecord.objects.count() == 4
        assert SharedCampaign.objects.get().records_in_words == "fewer than 5 records"


def test_removed_it_is_gone_to_the_last_word_and_from_every_number(ana, ben, place, sign_in, as_member):
    campaign = campaign_of(ana)
    record = record_of(ben, consent_statistics=True)
    with as_member(ana):
        campaigns.link_records(by=ana, campaign=campaign, rights_records=[record])
    client = sign_in(ben)
    assert client.post(f"{place}{record.pk}/remove/").status_code == 302
    assert client.post(f"{place}{record.pk}/remove/").status_code == 404
    with as_member(ana):
        assert not RightsRecord.objects.exists()
        assert not CampaignRecord.objects.exists()


def test_words_and_who_wrote_them_go_after_two_years_and_the_row_after_five(ben, as_member):
    record = record_of(ben, what=HAPPENED, response="we went along", place="a hospital", day="3")
    now = retention.timezone.now()
    retention.execute(now=now + timedelta(days=731))
    with as_member(ben):
        left = RightsRecord.objects.select_related("group").get(pk=record.pk)
        assert (left.what, left.response, left.place, left.day, left.written_by_id) == ("", "", "", "", None)
        assert (left.actor, left.violation, left.month) == ("police", "violence", date(2026, 10, 1))
    retention.execute(now=now + timedelta(days=1826))
    with as_member(ben):
        assert not RightsRecord.objects.exists()
