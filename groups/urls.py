"""Addresses of groups and accounts. They name no group: a slug is ten random letters."""

from allauth.account import views as allauth_views
from allauth.account.decorators import reauthentication_required
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path

from groups.views import (
    account,
    action_items,
    agenda,
    applications,
    attendance,
    groups,
    joining,
    leaving,
    me,
    meetings,
    memberships,
    minutes,
    proposals,
    reminders,
    roles,
    rota,
)

group_patterns = [
    path("", groups.group_list, name="group-list"),
    path("found/", groups.group_found, name="group-found"),
    path("find/", applications.group_find, name="group-find"),
    path("<slug:slug>/", groups.group_detail, name="group-detail"),
    path("<slug:slug>/edit/", groups.group_edit, name="group-edit"),
    path("<slug:slug>/members/", memberships.member_list, name="member-list"),
    path("<slug:slug>/members/<uuid:pk>/powers/", roles.member_powers, name="member-powers"),
    path("<slug:slug>/standing/", memberships.standing, name="standing"),
    path("<slug:slug>/roles/", roles.role_list, name="role-list"),
    path("<slug:slug>/roles/new/", roles.role_new, name="role-new"),
    path("<slug:slug>/roles/<uuid:pk>/", roles.role_edit, name="role-edit"),
    path("<slug:slug>/roles/<uuid:pk>/give/", roles.role_give, name="role-give"),
    path("<slug:slug>/roles/<uuid:pk>/give-up/", roles.role_give_up, name="role-give-up"),
    path("<slug:slug>/roles/<uuid:pk>/offer/", roles.role_offer, name="role-offer"),
    path("<slug:slug>/offers/<uuid:pk>/back/", roles.offer_back, name="offer-back"),
    path("<slug:slug>/offers/<uuid:pk>/withdraw/", roles.offer_withdraw, name="offer-withdraw"),
    path("<slug:slug>/terms/", roles.term_list, name="term-list"),
    path("<slug:slug>/terms/<uuid:pk>/hand-back/", roles.term_hand_back, name="term-hand-back"),
    path("<slug:slug>/takeover/", roles.takeover, name="takeover"),
    path("<slug:slug>/joining/", applications.joining, name="joining"),
    path("<slug:slug>/applications/", applications.application_list, name="application-list"),
    path("<slug:slug>/applications/<uuid:pk>/", applications.application_answer, name="application-answer"),
    path("<slug:slug>/join/", applications.ask, name="ask"),
    path("<slug:slug>/join/account/", login_not_required(applications.AskByAccount.as_view()), name="ask-account"),
    path("<slug:slug>/invitations/", joining.invitation_list, name="invitation-list"),
    path("<slug:slug>/invitations/<uuid:pk>/revoke/", joining.invitation_revoke, name="invitation-revoke"),
    path("<slug:slug>/reminders/", reminders.reminder_choice, name="reminder-choice"),
    path("<slug:slug>/undelivered/", reminders.undelivered, name="undelivered"),
    path("<slug:slug>/journal/", groups.journal, name="journal"),
    path("<slug:slug>/leave/", leaving.group_leave, name="group-leave"),
]

group_patterns += [
    path("<slug:slug>/meetings/", meetings.meeting_list, name="meeting-list"),
    path("<slug:slug>/meetings/past/", meetings.meeting_past, name="meeting-past"),
    path("<slug:slug>/meetings/schedule/", meetings.meeting_schedule, name="meeting-schedule"),
    path("<slug:slug>/meetings/<uuid:pk>/", meetings.meeting_detail, name="meeting-detail"),
    path("<slug:slug>/meetings/<uuid:pk>/print/", meetings.meeting_print, name="meeting-print"),
    path("<slug:slug>/meetings/<uuid:pk>/edit/", meetings.meeting_edit, name="meeting-edit"),
    path("<slug:slug>/meetings/<uuid:pk>/cancel/", meetings.meeting_cancel, name="meeting-cancel"),
    path("<slug:slug>/meetings/<uuid:pk>/end-series/", meetings.series_end, name="series-end"),
    path("<slug:slug>/meetings/<uuid:pk>/agenda/", agenda.agenda_add, name="agenda-add"),
    path("<slug:slug>/agenda/<uuid:pk>/support/", agenda.agenda_support, name="agenda-support"),
    path("<slug:slug>/agenda/<uuid:pk>/remove/", agenda.agenda_remove, name="agenda-remove"),
    path("<slug:slug>/meetings/<uuid:pk>/minutes/", minutes.minutes_edit, name="minutes-edit"),
    path("<slug:slug>/meetings/<uuid:pk>/attendance/", attendance.attendance_record, name="attendance-record"),
    path("<slug:slug>/meetings/<uuid:pk>/headcount/", attendance.headcount, name="headcount"),
    path("<slug:slug>/meetings/<uuid:pk>/code/", attendance.attendance_code, name="attendance-code"),
    path("<slug:slug>/meetings/<uuid:pk>/here/", attendance.attendance_here, name="attendance-here"),
    path("<slug:slug>/meetings/<uuid:pk>/to-do/", action_items.action_item_add, name="action-item-add"),
    path("<slug:slug>/to-do/", action_items.action_item_list, name="action-item-list"),
    path("<slug:slug>/to-do/<uuid:pk>/", action_items.action_item_edit, name="action-item-edit"),
    path("<slug:slug>/to-do/<uuid:pk>/done/", action_items.action_item_done, name="action-item-done"),
    path("<slug:slug>/turns/", rota.rota, name="rota"),
    path("<slug:slug>/meetings/<uuid:pk>/take-turn/", rota.turn_take, name="turn-take"),
    path("<slug:slug>/turns/<uuid:pk>/pass/", rota.turn_pass, name="turn-pass"),
]

group_patterns += [
    path("<slug:slug>/proposals/", proposals.proposal_list, name="proposal-list"),
    path("<slug:slug>/proposals/new/", proposals.proposal_new, name="proposal-new"),
    path("<slug:slug>/proposals/<uuid:pk>/", proposals.proposal_detail, name="proposal-detail"),
]

account_patterns = [
    path("sign-in/", login_not_required(account.SignIn.as_view()), name="account_login"),
    path("sign-out/", allauth_views.logout, name="account_logout"),
    path("sign-up/", joining.sign_up, name="account_signup"),
    path("account/inactive/", allauth_views.account_inactive, name="account_inactive"),
    path("account/reauthenticate/", account.Reauthenticate.as_view(), name="account_reauthenticate"),
    path("account/passphrase/", account.ChangePassphrase.as_view(), name="account_change_password"),
    path("leave/", me.leave, name="leave"),
]

people_patterns = [
    path("groups/", include(group_patterns)),
    path("join/<str:token>/", joining.join, name="join"),
    path("join/<str:token>/account/", login_not_required(joining.JoinByAccount.as_view()), name="join-account"),
    path("start/<str:token>/", login_not_required(joining.FoundByAccount.as_view()), name="start"),
    path("me/", me.me, name="me"),
    path("me/reminders/", reminders.reminder_settings, name="reminder-settings"),
    path("me/devices/add/", reminders.device_add, name="device-add"),
    path("me/devices/<uuid:pk>/remove/", reminders.device_remove, name="device-remove"),
    path("push-worker.js", reminders.push_worker, name="push-worker"),
    path("me/inbox/", me.inbox, name="inbox"),
    path("me/applications/", applications.my_applications, name="my-applications"),
    path("me/data/", reauthentication_required(leaving.my_data), name="my-data"),
    path("me/erase/", reauthentication_required(leaving.erase), name="erase"),
    path("erased/", leaving.erased, name="erased"),
    path("me/inbox/read/", me.inbox_read, name="inbox-read"),
]

urlpatterns = [*account_patterns, path("", include((people_patterns, "groups")))]
