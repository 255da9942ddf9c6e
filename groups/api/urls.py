"""Addresses for programs."""

from django.urls import include, path

from groups.api import (
    action_items,
    agenda,
    agreements,
    applications,
    campaigns,
    document,
    groups,
    invitations,
    journal,
    me,
    meetings,
    memberships,
    payments,
    practices,
    proposals,
    rights,
)

group_patterns = [
    path("", groups.GroupDetail.as_view(), name="group"),
    path("members/", memberships.MemberList.as_view(), name="members"),
    path("invitations/", invitations.InvitationList.as_view(), name="invitations"),
    path("invitations/<uuid:pk>/revoke/", invitations.InvitationRevoke.as_view(), name="invitation-revoke"),
    path("meetings/", meetings.MeetingList.as_view(), name="meetings"),
    path("meetings/<uuid:pk>/", meetings.MeetingDetail.as_view(), name="meeting"),
    path("meetings/<uuid:pk>/cancel/", meetings.MeetingCancel.as_view(), name="meeting-cancel"),
    path("meetings/<uuid:pk>/agenda/", agenda.AgendaList.as_view(), name="agenda"),
    path("meetings/<uuid:pk>/to-do/", action_items.ActionItemAdd.as_view(), name="action-item-add"),
    path("agenda/<uuid:pk>/support/", agenda.AgendaSupport.as_view(), name="agenda-support"),
    path("to-do/", action_items.ActionItemList.as_view(), name="action-items"),
    path("to-do/<uuid:pk>/done/", action_items.ActionItemDone.as_view(), name="action-item-done"),
    path("proposals/", proposals.ProposalList.as_view(), name="proposals"),
    path("proposals/<uuid:pk>/", proposals.ProposalDetail.as_view(), name="proposal"),
    path("proposals/<uuid:pk>/vote/", proposals.ProposalVote.as_view(), name="proposal-vote"),
    path("proposals/<uuid:pk>/comments/", proposals.CommentList.as_view(), name="comments"),
    path("agreements/", agreements.AgreementList.as_view(), name="agreements"),
    path("agreements/<uuid:pk>/", agreements.AgreementDetail.as_view(), name="agreement"),
    path("practices/", practices.PracticeList.as_view(), name="practices"),
    path("practices/<uuid:pk>/", practices.PracticeDetail.as_view(), name="practice"),
    path("rights/", rights.RightsList.as_view(), name="rights"),
    path("rights/<uuid:pk>/", rights.RightsDetail.as_view(), name="rights-record"),
    path("campaigns/", campaigns.CampaignList.as_view(), name="campaigns"),
    path("campaigns/<uuid:pk>/", campaigns.CampaignDetail.as_view(), name="campaign"),
    path("payments/", payments.PaymentList.as_view(), name="payments"),
    path("applications/", applications.ApplicationList.as_view(), name="applications"),
    path("journal/", journal.Journal.as_view(), name="journal"),
]

urlpatterns = [
    path("schema/", document.schema, name="schema"),
    path("me/", me.Me.as_view(), name="me"),
    path("me/inbox/", me.Inbox.as_view(), name="inbox"),
    path("groups/<slug:slug>/", include(group_patterns)),
]
