"""Addresses for programs."""

from django.urls import include, path

from groups.api import document, groups, invitations, journal, me, meetings, memberships

group_patterns = [
    path("", groups.GroupDetail.as_view(), name="group"),
    path("members/", memberships.MemberList.as_view(), name="members"),
    path("invitations/", invitations.InvitationList.as_view(), name="invitations"),
    path("invitations/<uuid:pk>/revoke/", invitations.InvitationRevoke.as_view(), name="invitation-revoke"),
    path("meetings/", meetings.MeetingList.as_view(), name="meetings"),
    path("meetings/<uuid:pk>/", meetings.MeetingDetail.as_view(), name="meeting"),
    path("meetings/<uuid:pk>/cancel/", meetings.MeetingCancel.as_view(), name="meeting-cancel"),
    path("journal/", journal.Journal.as_view(), name="journal"),
]

urlpatterns = [
    path("schema/", document.schema, name="schema"),
    path("me/", me.Me.as_view(), name="me"),
    path("me/inbox/", me.Inbox.as_view(), name="inbox"),
    path("groups/<slug:slug>/", include(group_patterns)),
]
