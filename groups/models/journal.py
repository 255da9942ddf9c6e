"""Who did what to what: ids only, insert-only for the application, each row chained to the one before."""

import hashlib
import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from groups.models.groups import Group

# What a verb is called on the page. The other apps add theirs when they start: groups knows none of them.
_WORDS: dict[str, StrPromise] = {
    "found_group": _("Group founded"),
    "erase_group": _("Group closed, to be erased"),
    "export_group": _("Everything the group owns taken along"),
    "describe_group": _("What we say about ourselves changed"),
    "add_member": _("Member added"),
    "leave_group": _("Group left"),
    "remove_member": _("Membership ended by decision"),
    "apply_to_join": _("Asked to be let in"),
    "withdraw_application": _("Application taken back"),
    "back_application": _("Application supported"),
    "accept_application": _("Application accepted"),
    "decline_application": _("Application declined"),
    "join_open_group": _("Joined, as the group is open"),
    "set_joining": _("How people join was changed"),
    "make_role": _("Role made"),
    "edit_role": _("Role changed"),
    "give_up_role": _("Role given up by the group"),
    "offer_to_hold": _("Role offered to be held"),
    "back_offer": _("Offer trusted"),
    "withdraw_offer": _("Offer taken back"),
    "start_takeover": _("Nobody coordinates any more"),
    "begin_role_term": _("Role given"),
    "end_role_term": _("Role given back"),
    "invite": _("Invitation link made"),
    "accept_invitation": _("Invitation accepted"),
    "revoke_invitation": _("Invitation link taken back"),
    "schedule_meeting": _("Meeting scheduled"),
    "schedule_meeting_series": _("Series of meetings scheduled"),
    "cancel_meeting": _("Meeting called off"),
    "end_meeting_series": _("Series of meetings ended"),
    "change_meeting": _("Meeting changed"),
    "change_meeting_series": _("Series of meetings changed"),
    "add_agenda_item": _("Added to an agenda"),
    "remove_agenda_item": _("Taken off an agenda"),
    "save_minutes": _("Minutes saved"),
    "record_attendance": _("Attendance recorded"),
    "count_heads": _("People in the room counted"),
    "make_attendance_code": _("Code for the room made"),
    "add_action_item": _("Action item made"),
    "change_action_item": _("Action item changed"),
    "finish_action_item": _("Action item done"),
    "reopen_action_item": _("Action item not done after all"),
    "join_rota": _("Takes turns from now on"),
    "leave_rota": _("Takes no more turns"),
    "assign_turn": _("Turn given"),
    "pass_turn": _("Turn passed on"),
    "become_organization": _("The circle became an organization"),
    "become_circle": _("The organization became a circle"),
    "let_allies_vote": _("Allies vote from now on"),
    "end_allies_vote": _("Allies do not vote any more"),
    "ask_to_affiliate": _("Network asked to take us in"),
    "join_network": _("Part of a network from now on"),
    "accept_affiliation": _("Group taken into this network"),
    "decline_affiliation": _("Group not taken into this network"),
    "withdraw_request": _("Request to a network taken back"),
    "leave_network": _("Network left"),
    "show_name_to_network": _("Changed whether the network knows our name"),
    "choose_currency": _("Currency chosen"),
    "receive_money": _("Money came in"),
    "agree_payment": _("Payment agreed"),
    "agree_stipend": _("Stipend agreed for coming"),
    "pay": _("Payment made"),
    "spend_money": _("Money spent"),
    "counter_payment": _("Payment taken back"),
    "write_practice": _("Practice written down"),
    "change_practice": _("Practice changed"),
    "remove_practice": _("Practice removed"),
    "comment_on_practice": _("Practice commented on"),
    "share_practice": _("Practice shared"),
    "unshare_practice": _("Shared practice taken back"),
    "carry_on_practice": _("Practice of another group carried on"),
    "record_rights": _("Rights record written"),
    "follow_up_rights": _("Rights record followed up"),
    "remove_rights_record": _("Rights record removed"),
    "start_campaign": _("Campaign started"),
    "change_campaign": _("Campaign changed"),
    "remove_campaign": _("Campaign removed"),
    "add_campaign_action": _("Action added to a campaign"),
    "remove_campaign_action": _("Action removed from a campaign"),
    "link_records": _("Records behind a campaign chosen"),
    "share_campaign": _("Campaign shared"),
    "unshare_campaign": _("Shared campaign taken back"),
    "try_again": _("Letters that did not arrive sent once more"),
    "propose": _("Proposal made"),
    "change_proposal": _("Proposal changed"),
    "withdraw_proposal": _("Proposal taken back"),
    "open_proposal": _("Voting opened"),
    "cast_ballot": _("Voted in the open"),
    "close_proposal": _("Voting closed"),
    "count_paper": _("Votes on paper counted"),
    "comment_on_proposal": _("Spoke about a proposal"),
    "stand_for_election": _("Stands for election"),
    "ask_candidate": _("Asked to stand for election"),
    "decline_candidacy": _("Does not stand for election"),
    "state_outcome": _("Outcome put into words"),
    "carry_out": _("Decision carried out"),
    "begin_agreement": _("Agreement made"),
    "end_agreement": _("Agreement ended"),
    "keep_agreement": _("Agreement looked at again"),
    "put_up_agreement": _("Agreement to look at again"),
}


def name_verbs(words: dict[str, StrPromise]) -> None:
    """Say what the verbs of an app are called on the page of who did what."""
    _WORDS.update(words)


class JournalEntry(models.Model):
    """One act in one group. `actor` is an id, not a foreign key: erasing a person leaves the chain whole.

    `hash` covers this row and the hash of the row before it, so that an edit, a removal or a new order shows.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # The database itself removes a journal with its group's row, and in no other way: the application may not.
    group = models.ForeignKey(Group, on_delete=models.DO_NOTHING, related_name="journal")
    number = models.PositiveBigIntegerField(help_text="Position in this group's chain, from 1.")
    at = models.DateTimeField()
    actor = models.UUIDField(null=True)
    verb = models.CharField(max_length=40)
    object_kind = models.CharField(max_length=40)
    object_id = models.UUIDField()
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal entries")
        ordering = ["group", "number"]
        constraints = [models.UniqueConstraint(fields=["group", "number"], name="journal_number_once_per_group")]

    def __str__(self) -> str:
        return f"{self.number} {self.verb} {self.object_kind}"

    @property
    def described(self) -> str:
        return str(_WORDS.get(self.verb, self.verb))

    def compute_hash(self) -> str:
        facts = (
            self.group_id,
            self.number,
            self.at.isoformat(),
            self.actor,
            self.verb,
            self.object_kind,
            self.object_id,
            self.previous_hash,
        )
        return hashlib.sha256("|".join(str(fact) for fact in facts).encode()).hexdigest()
