"""Who may reach what: every address there is, asked by every role with GET and with POST.

A route that nobody listed here fails, and so does a listed route that is gone. The answers: a number is the status,
`in` a redirect to sign-in, `go` any other redirect. The roles: Ana coordinates the union, Ben is a member, Caro does
its outreach, Dee belongs elsewhere, a visitor has no account, the operator looks after the instance and is in no group.
What is posted is an empty form.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.cookies import SimpleCookie
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, path
from django.utils import timezone

from groups import actions
from groups.actions import payments
from groups.models import Agreement, Application, Group, Person, Power
from hrplatform import isolation
from hrplatform.models import InstanceSettings
from hrplatform.pushing import Target
from outreach.actions import load_catalogue, log_contact, make_kit, make_site
from outreach.models import Item, Site
from outreach.models.contacts import new_contact_id
from resources.actions import Text, publish_guide, write_topic
from tests.conftest import World, make_person
from tests.groups.outward import one_of_each

ROLES = ("ana", "ben", "caro", "dee", "visitor", "operator")

# GET: ana ben caro dee visitor operator | POST: ana ben caro dee visitor operator | route
TABLE = r"""
200 200 200 200 200 200 | 405 405 405 405 405 405 | /healthz
404 404 404 404 in  200 | 404 404 404 404 in  200 | /operator/
404 404 404 404 in  404 | 404 404 404 404 in  404 | /operator/login/
404 404 404 404 in  405 | 404 404 404 404 in  go  | /operator/logout/
404 404 404 404 in  go  | 404 404 404 404 in  go  | /operator/password_change/
404 404 404 404 in  go  | 404 404 404 404 in  go  | /operator/password_change/done/
404 404 404 404 in  403 | 404 404 404 404 in  405 | /operator/autocomplete/
404 404 404 404 in  200 | 404 404 404 404 in  405 | /operator/jsi18n/
404 404 404 404 in  404 | 404 404 404 404 in  404 | /operator/r/<path:content_type_id>/<path:object_id>/
404 404 404 404 in  200 | 404 404 404 404 in  200 | /operator/hrplatform/instancesettings/
404 404 404 404 in  403 | 404 404 404 404 in  403 | /operator/hrplatform/instancesettings/add/
404 404 404 404 in  200 | 404 404 404 404 in  200 | /operator/hrplatform/instancesettings/<path:object_id>/history/
404 404 404 404 in  403 | 404 404 404 404 in  403 | /operator/hrplatform/instancesettings/<path:object_id>/delete/
404 404 404 404 in  200 | 404 404 404 404 in  200 | /operator/hrplatform/instancesettings/<path:object_id>/change/
404 404 404 404 in  go  | 404 404 404 404 in  go  | /operator/hrplatform/instancesettings/<path:object_id>/
404 404 404 404 in  200 | 404 404 404 404 in  200 | /operator/outreach/item/
404 404 404 404 in  200 | 404 404 404 404 in  200 | /operator/outreach/item/add/
404 404 404 404 in  200 | 404 404 404 404 in  200 | /operator/outreach/item/<path:object_id>/history/
404 404 404 404 in  403 | 404 404 404 404 in  403 | /operator/outreach/item/<path:object_id>/delete/
404 404 404 404 in  200 | 404 404 404 404 in  200 | /operator/outreach/item/<path:object_id>/change/
404 404 404 404 in  go  | 404 404 404 404 in  go  | /operator/outreach/item/<path:object_id>/
404 404 404 404 in  200 | 404 404 404 404 in  200 | /operator/resources/topic/
404 404 404 404 in  200 | 404 404 404 404 in  200 | /operator/resources/topic/add/
404 404 404 404 in  200 | 404 404 404 404 in  200 | /operator/resources/topic/<path:object_id>/history/
404 404 404 404 in  200 | 404 404 404 404 in  200 | /operator/resources/topic/<path:object_id>/delete/
404 404 404 404 in  200 | 404 404 404 404 in  200 | /operator/resources/topic/<path:object_id>/change/
404 404 404 404 in  go  | 404 404 404 404 in  go  | /operator/resources/topic/<path:object_id>/
404 404 404 404 in  200 | 404 404 404 404 in  200 | /operator/^(?P<app_label>hrplatform|outreach|resources)/$
404 404 404 404 in  404 | 404 404 404 404 in  404 | /operator/(?P<url>.*)$
go  go  go  go  200 go  | go  go  go  go  422 go  | /sign-in/
200 200 200 200 go  200 | go  go  go  go  go  go  | /sign-out/
200 200 200 200 200 200 | 405 405 405 405 405 405 | /sign-up/
200 200 200 200 200 200 | 405 405 405 405 405 405 | /account/inactive/
200 200 200 200 in  200 | 422 422 422 422 in  422 | /account/reauthenticate/
200 200 200 200 in  200 | 422 422 422 422 in  422 | /account/passphrase/
go  go  go  go  go  go  | 405 405 405 405 405 405 | /leave/
200 200 200 200 in  200 | 405 405 405 405 in  405 | /groups/
200 200 200 200 in  200 | 422 422 422 422 in  422 | /groups/found/
200 200 200 200 in  200 | 405 405 405 405 in  405 | /groups/find/
200 200 200 404 in  404 | 405 405 405 405 in  405 | /groups/<slug:slug>/
200 403 403 404 in  404 | 422 403 403 404 in  404 | /groups/<slug:slug>/edit/
200 200 200 404 in  404 | 405 405 405 405 in  405 | /groups/<slug:slug>/members/
200 403 403 404 in  404 | go  403 403 404 in  404 | /groups/<slug:slug>/members/<uuid:pk>/powers/
200 200 200 404 in  404 | 405 405 405 405 in  405 | /groups/<slug:slug>/members/end/
200 200 200 404 in  404 | 422 422 422 404 in  404 | /groups/<slug:slug>/standing/
200 200 200 404 in  404 | 405 405 405 405 in  405 | /groups/<slug:slug>/roles/
200 403 403 404 in  404 | 422 403 403 404 in  404 | /groups/<slug:slug>/roles/new/
200 403 403 404 in  404 | 422 403 403 404 in  404 | /groups/<slug:slug>/roles/<uuid:pk>/
200 403 403 404 in  404 | 422 403 403 404 in  404 | /groups/<slug:slug>/roles/<uuid:pk>/give/
405 405 405 405 in  405 | go  403 403 404 in  404 | /groups/<slug:slug>/roles/<uuid:pk>/give-up/
405 405 405 405 in  405 | go  go  go  404 in  404 | /groups/<slug:slug>/roles/<uuid:pk>/offer/
405 405 405 405 in  405 | go  go  go  404 in  404 | /groups/<slug:slug>/offers/<uuid:pk>/back/
405 405 405 405 in  405 | 403 go  403 404 in  404 | /groups/<slug:slug>/offers/<uuid:pk>/withdraw/
200 200 200 404 in  404 | 405 405 405 405 in  405 | /groups/<slug:slug>/terms/
405 405 405 405 in  405 | go  403 go  404 in  404 | /groups/<slug:slug>/terms/<uuid:pk>/hand-back/
go  go  go  404 in  404 | go  go  go  404 in  404 | /groups/<slug:slug>/takeover/
200 403 403 404 in  404 | 422 403 403 404 in  404 | /groups/<slug:slug>/joining/
200 200 200 404 in  404 | 405 405 405 405 in  405 | /groups/<slug:slug>/applications/
405 405 405 405 in  405 | go  go  go  404 in  404 | /groups/<slug:slug>/applications/<uuid:pk>/
go  go  go  404 404 404 | go  go  go  404 404 404 | /groups/<slug:slug>/join/
go  go  go  go  404 go  | go  go  go  go  404 go  | /groups/<slug:slug>/join/account/
200 403 403 404 in  404 | 422 403 403 404 in  404 | /groups/<slug:slug>/invitations/
405 405 405 405 in  405 | go  403 403 404 in  404 | /groups/<slug:slug>/invitations/<uuid:pk>/revoke/
200 200 200 404 in  404 | 405 405 405 405 in  405 | /groups/<slug:slug>/meetings/
200 403 403 404 in  404 | 422 403 403 404 in  404 | /groups/<slug:slug>/meetings/schedule/
200 200 200 404 in  404 | 405 405 405 405 in  405 | /groups/<slug:slug>/meetings/<uuid:pk>/
200 403 403 404 in  404 | 422 403 403 404 in  404 | /groups/<slug:slug>/meetings/<uuid:pk>/cancel/
405 405 405 405 in  405 | go  403 403 404 in  404 | /groups/<slug:slug>/meetings/<uuid:pk>/end-series/
200 200 200 404 in  404 | 405 405 405 405 in  405 | /groups/<slug:slug>/meetings/past/
200 200 200 404 in  404 | 405 405 405 405 in  405 | /groups/<slug:slug>/meetings/<uuid:pk>/print/
200 403 403 404 in  404 | 422 403 403 404 in  404 | /groups/<slug:slug>/meetings/<uuid:pk>/edit/
200 200 200 404 in  404 | 422 422 422 404 in  404 | /groups/<slug:slug>/meetings/<uuid:pk>/agenda/
405 405 405 405 in  405 | go  go  go  404 in  404 | /groups/<slug:slug>/agenda/<uuid:pk>/support/
405 405 405 405 in  405 | go  go  403 404 in  404 | /groups/<slug:slug>/agenda/<uuid:pk>/remove/
200 403 403 404 in  404 | 422 403 403 404 in  404 | /groups/<slug:slug>/meetings/<uuid:pk>/minutes/
200 403 403 404 in  404 | go  403 403 404 in  404 | /groups/<slug:slug>/meetings/<uuid:pk>/attendance/
405 405 405 405 in  405 | go  403 403 404 in  404 | /groups/<slug:slug>/meetings/<uuid:pk>/headcount/
405 405 405 405 in  405 | go  403 403 404 in  404 | /groups/<slug:slug>/meetings/<uuid:pk>/code/
200 200 200 404 in  404 | 422 422 422 404 in  404 | /groups/<slug:slug>/meetings/<uuid:pk>/here/
200 200 200 404 in  404 | 422 422 422 404 in  404 | /groups/<slug:slug>/meetings/<uuid:pk>/to-do/
200 200 200 404 in  404 | 405 405 405 405 in  405 | /groups/<slug:slug>/to-do/
200 200 200 404 in  404 | 422 422 422 404 in  404 | /groups/<slug:slug>/to-do/<uuid:pk>/
405 405 405 405 in  405 | go  go  go  404 in  404 | /groups/<slug:slug>/to-do/<uuid:pk>/done/
200 200 200 404 in  404 | go  go  go  404 in  404 | /groups/<slug:slug>/turns/
405 405 405 405 in  405 | 404 404 404 404 in  404 | /groups/<slug:slug>/meetings/<uuid:pk>/take-turn/
200 403 403 404 in  404 | go  403 403 404 in  404 | /groups/<slug:slug>/turns/<uuid:pk>/pass/
200 200 200 404 in  404 | 422 422 422 404 in  404 | /groups/<slug:slug>/reminders/
200 403 403 404 in  404 | go  403 403 404 in  404 | /groups/<slug:slug>/undelivered/
200 200 200 200 in  200 | go  go  go  go  in  go  | /me/reminders/
200 200 200 404 in  404 | 405 405 405 405 in  405 | /groups/<slug:slug>/proposals/
200 200 200 404 in  404 | 422 422 422 404 in  404 | /groups/<slug:slug>/proposals/new/
200 200 200 404 in  404 | 405 405 405 405 in  405 | /groups/<slug:slug>/proposals/<uuid:pk>/
200 200 200 200 in  200 | 422 422 422 422 in  422 | /me/calendar/
405 405 405 405 in  405 | go  go  go  go  in  go  | /me/calendar/end/
200 200 200 200 200 200 | 405 405 405 405 405 405 | /calendar/<str:token>.ics
404 404 404 404 404 404 | 405 405 405 405 405 405 | /calendar/of/<slug:slug>.ics
200 200 200 404 in  404 | 405 405 405 405 in  405 | /groups/<slug:slug>/meetings/<uuid:pk>/calendar.ics
405 405 405 405 in  405 | 422 422 422 422 in  422 | /me/devices/add/
405 405 405 405 in  405 | go  go  go  go  in  go  | /me/devices/<uuid:pk>/remove/
200 200 200 200 200 200 | 405 405 405 405 405 405 | /push-worker.js
200 200 200 404 in  404 | 405 405 405 405 in  405 | /groups/<slug:slug>/practices/
200 200 200 404 in  404 | 422 422 422 404 in  404 | /groups/<slug:slug>/practices/write/
200 200 200 404 in  404 | 405 405 405 405 in  405 | /groups/<slug:slug>/practices/<uuid:pk>/
405 405 405 405 in  405 | 422 422 422 404 in  404 | /groups/<slug:slug>/practices/<uuid:pk>/comment/
200 403 403 404 in  404 | 422 403 403 404 in  404 | /groups/<slug:slug>/practices/<uuid:pk>/edit/
200 403 403 404 in  404 | go  403 403 404 in  404 | /groups/<slug:slug>/practices/<uuid:pk>/remove/
200 403 403 404 in  404 | 422 403 403 404 in  404 | /groups/<slug:slug>/practices/<uuid:pk>/share/
405 405 405 405 in  405 | go  403 403 404 in  404 | /groups/<slug:slug>/practices/<uuid:pk>/unshare/
200 200 200 404 in  404 | 405 405 405 405 in  405 | /groups/<slug:slug>/shared/
200 200 200 404 in  404 | 405 405 405 405 in  405 | /groups/<slug:slug>/shared/<uuid:pk>/
405 405 405 405 in  405 | 403 403 403 404 in  404 | /groups/<slug:slug>/shared/<uuid:pk>/carry-on/
403 403 403 404 in  404 | 403 403 403 404 in  404 | /groups/<slug:slug>/shared/<uuid:pk>/change/
200 200 200 404 in  404 | 405 405 405 405 in  405 | /groups/<slug:slug>/rights/
200 200 200 404 in  404 | 422 422 422 404 in  404 | /groups/<slug:slug>/rights/write/
200 403 403 404 in  404 | 405 405 405 405 in  405 | /groups/<slug:slug>/rights/<uuid:pk>/
200 403 403 404 in  404 | go  403 403 404 in  404 | /groups/<slug:slug>/rights/<uuid:pk>/follow-up/
200 403 403 404 in  404 | go  403 403 404 in  404 | /groups/<slug:slug>/rights/<uuid:pk>/remove/
200 200 200 404 in  404 | 405 405 405 405 in  405 | /groups/<slug:slug>/campaigns/
200 200 200 404 in  404 | 422 422 422 404 in  404 | /groups/<slug:slug>/campaigns/start/
200 200 200 404 in  404 | 405 405 405 405 in  405 | /groups/<slug:slug>/campaigns/<uuid:pk>/
405 405 405 405 in  405 | 422 422 422 404 in  404 | /groups/<slug:slug>/campaigns/<uuid:pk>/act/
200 403 403 404 in  404 | 422 403 403 404 in  404 | /groups/<slug:slug>/campaigns/<uuid:pk>/edit/
200 403 403 404 in  404 | go  403 403 404 in  404 | /groups/<slug:slug>/campaigns/<uuid:pk>/remove/
200 403 403 404 in  404 | go  403 403 404 in  404 | /groups/<slug:slug>/campaigns/<uuid:pk>/records/
200 403 403 404 in  404 | 422 403 403 404 in  404 | /groups/<slug:slug>/campaigns/<uuid:pk>/share/
405 405 405 405 in  405 | go  403 403 404 in  404 | /groups/<slug:slug>/campaigns/<uuid:pk>/unshare/
405 405 405 405 in  405 | go  403 403 404 in  404 | /groups/<slug:slug>/deeds/<uuid:pk>/remove/
200 200 200 404 in  404 | 405 405 405 405 in  405 | /groups/<slug:slug>/demands/<uuid:pk>/
200 200 200 404 in  404 | 405 405 405 405 in  405 | /groups/<slug:slug>/leadership/
200 200 200 404 in  404 | 405 405 405 405 in  405 | /groups/<slug:slug>/network/
200 403 403 404 in  404 | 422 403 403 404 in  404 | /groups/<slug:slug>/network/found/
405 405 405 405 in  405 | go  403 403 404 in  404 | /groups/<slug:slug>/network/withdraw/
405 405 405 405 in  405 | go  403 403 404 in  404 | /groups/<slug:slug>/network/name/
405 405 405 405 in  405 | 404 403 403 404 in  404 | /groups/<slug:slug>/affiliations/<uuid:pk>/accept/
405 405 405 405 in  405 | 404 403 403 404 in  404 | /groups/<slug:slug>/affiliations/<uuid:pk>/decline/
200 200 200 404 in  404 | 405 405 405 405 in  405 | /groups/<slug:slug>/money/
200 403 403 404 in  404 | 422 403 403 404 in  404 | /groups/<slug:slug>/money/currency/
200 403 403 404 in  404 | 422 403 403 404 in  404 | /groups/<slug:slug>/money/write/
200 403 403 404 in  404 | 422 403 403 404 in  404 | /groups/<slug:slug>/money/agree/
go  go  go  go  in  go  | go  go  go  go  in  go  | /groups/<slug:slug>/money/ledger.csv
go  go  go  go  in  go  | go  go  go  go  in  go  | /groups/<slug:slug>/money/ledger.xlsx
200 200 403 404 in  404 | 405 405 405 405 in  405 | /groups/<slug:slug>/money/<uuid:pk>/
405 405 405 405 in  405 | go  403 403 404 in  404 | /groups/<slug:slug>/money/<uuid:pk>/pay/
200 403 403 404 in  404 | go  403 403 404 in  404 | /groups/<slug:slug>/money/<uuid:pk>/counter/
go  403 403 404 in  404 | go  403 403 404 in  404 | /groups/<slug:slug>/proposals/<uuid:pk>/edit/
405 405 405 405 in  405 | go  403 403 404 in  404 | /groups/<slug:slug>/proposals/<uuid:pk>/open/
405 405 405 405 in  405 | go  403 403 404 in  404 | /groups/<slug:slug>/proposals/<uuid:pk>/close/
405 405 405 405 in  405 | go  403 403 404 in  404 | /groups/<slug:slug>/proposals/<uuid:pk>/withdraw/
405 405 405 405 in  405 | go  go  go  404 in  404 | /groups/<slug:slug>/proposals/<uuid:pk>/again/
405 405 405 405 in  405 | go  403 403 404 in  404 | /groups/<slug:slug>/proposals/<uuid:pk>/carry-out/
go  403 403 404 in  404 | go  403 403 404 in  404 | /groups/<slug:slug>/proposals/<uuid:pk>/outcome/
405 405 405 405 in  405 | 422 422 422 404 in  404 | /groups/<slug:slug>/proposals/<uuid:pk>/vote/
200 200 200 404 in  404 | 422 422 422 404 in  404 | /groups/<slug:slug>/proposals/<uuid:pk>/paper/
405 405 405 405 in  405 | 422 422 422 404 in  404 | /groups/<slug:slug>/proposals/<uuid:pk>/comment/
405 405 405 405 in  405 | 422 422 422 404 in  404 | /groups/<slug:slug>/proposals/<uuid:pk>/ask/
405 405 405 405 in  405 | go  go  go  404 in  404 | /groups/<slug:slug>/proposals/<uuid:pk>/stand/
200 200 200 404 in  404 | 405 405 405 405 in  405 | /groups/<slug:slug>/agreements/
200 200 200 404 in  404 | 422 403 403 404 in  404 | /groups/<slug:slug>/agreements/<uuid:pk>/
200 200 200 404 in  404 | 405 405 405 405 in  405 | /groups/<slug:slug>/journal/
200 200 200 404 in  404 | go  go  go  404 in  404 | /groups/<slug:slug>/leave/
go  go  go  go  in  go  | go  go  go  go  in  go  | /groups/<slug:slug>/take-along/
410 410 410 410 410 410 | 410 410 410 410 410 410 | /come-back/<uuid:pk>/<str:token>/
200 200 200 200 200 200 | go  go  go  go  go  go  | /join/<str:token>/
go  go  go  go  200 go  | go  go  go  go  422 go  | /join/<str:token>/account/
go  go  go  go  200 go  | go  go  go  go  422 go  | /start/<str:token>/
200 200 200 200 in  200 | 422 422 422 422 in  422 | /me/
200 200 200 200 in  200 | 405 405 405 405 in  405 | /me/inbox/
405 405 405 405 in  405 | go  go  go  go  in  go  | /me/inbox/read/
200 200 200 200 in  200 | go  go  go  go  in  go  | /me/applications/
go  go  go  go  in  go  | go  go  go  go  in  go  | /me/data/
go  go  go  go  in  go  | go  go  go  go  in  go  | /me/erase/
200 200 200 200 200 200 | 405 405 405 405 405 405 | /erased/
200 200 200 200 in  200 | 405 405 405 405 in  405 | /me/tokens/
go  go  go  go  in  go  | go  go  go  go  in  go  | /me/tokens/new/
405 405 405 405 in  405 | go  404 404 404 in  404 | /me/tokens/<uuid:pk>/revoke/
200 200 200 200 200 200 | 405 405 405 405 405 405 | /api/schema/
200 200 200 200 in  200 | 405 405 405 405 in  405 | /tonight/
200 403 200 404 in  404 | 405 405 405 405 in  405 | /groups/<slug:slug>/tonight/
200 403 200 404 in  404 | 422 403 422 404 in  404 | /groups/<slug:slug>/contacts/log/
405 405 405 405 in  405 | go  403 go  404 in  404 | /groups/<slug:slug>/contacts/<uuid:pk>/undo/
200 403 200 404 in  404 | 405 405 405 405 in  405 | /groups/<slug:slug>/month/
200 403 403 404 in  404 | 405 405 405 405 in  405 | /groups/<slug:slug>/supplies/
200 403 403 404 in  404 | 422 403 403 404 in  404 | /groups/<slug:slug>/kits/new/
200 403 403 404 in  404 | 422 403 403 404 in  404 | /groups/<slug:slug>/kits/<uuid:pk>/
200 403 403 404 in  404 | 422 403 403 404 in  404 | /groups/<slug:slug>/sites/new/
200 403 403 404 in  404 | 422 403 403 404 in  404 | /groups/<slug:slug>/sites/<uuid:pk>/
go  go  go  go  go  go  | 405 405 405 405 405 405 | /
go  go  go  go  go  go  | 405 405 405 405 405 405 | /favicon.ico
200 200 200 200 200 200 | 405 405 405 405 405 405 | /robots.txt
200 403 403 404 in  404 | 422 403 403 404 in  404 | /groups/<slug:slug>/practices/<uuid:pk>/grow/
200 403 403 404 in  404 | 405 405 405 405 in  405 | /groups/<slug:slug>/drafts/
200 403 403 404 in  404 | 422 403 403 404 in  404 | /groups/<slug:slug>/drafts/<uuid:pk>/
405 405 405 405 in  405 | go  403 403 404 in  404 | /groups/<slug:slug>/drafts/<uuid:pk>/remove/
200 200 200 200 200 200 | 405 405 405 405 405 405 | /en/
200 200 200 200 200 200 | 405 405 405 405 405 405 | /en/help-now/
200 200 200 200 200 200 | 405 405 405 405 405 405 | /en/near/
404 404 404 404 404 404 | 405 405 405 405 405 405 | /en/near/<slug:slug>/
200 200 200 200 200 200 | 405 405 405 405 405 405 | /en/about/
200 200 200 200 200 200 | 405 405 405 405 405 405 | /en/guides/
200 200 200 200 200 200 | 405 405 405 405 405 405 | /en/guides/search/
200 200 200 200 200 200 | 405 405 405 405 405 405 | /en/guides/topics/<slug:slug>/
200 200 200 200 200 200 | 405 405 405 405 405 405 | /en/guides/<slug:slug>/
200 200 200 200 200 200 | 405 405 405 405 405 405 | /en/guides/<slug:slug>/<language:language>/
"""


@dataclass(frozen=True)
class Line:
    route: str
    answers: dict[str, dict[str, str]]


def lines() -> dict[str, Line]:
    found = {}
    for text in TABLE.strip().splitlines():
        get, post, route = (part.strip() for part in text.split("|", 2))
        answers = {
            method: dict(zip(ROLES, cells.split(), strict=True)) for method, cells in (("GET", get), ("POST", post))
        }
        assert route not in found, f"listed twice: {route}"
        found[route] = Line(route, answers)
    return found


def routes(resolver: URLResolver, before: str = "/") -> Iterator[str]:
    """Every route as it is written, with the prefixes above it."""
    for each in resolver.url_patterns:
        route = before + str(each.pattern)
        if isinstance(each, URLPattern):
            yield route
        else:
            yield from routes(each, route)


def of_programs() -> dict[str, Line]:
    """A browser that is signed in does nothing under /api/. What tokens may do: tests/groups/test_api_access.py."""
    nothing = {method: dict.fromkeys(ROLES, "401") for method in ("GET", "POST")}
    found = (route for route in routes(get_resolver()) if route.startswith("/api/") and route != "/api/schema/")
    return {route: Line(route, nothing) for route in found}


LINES = lines() | of_programs()


@dataclass(frozen=True)
class Things:
    """What the union and the instance have, one of each, so that every address leads somewhere."""

    union: Group
    of_union: dict[str, UUID]
    invitation: str
    calendar: str
    founding_link: str
    topic: int
    item: int
    clients: dict[str, Client]

    def address(self, route: str) -> str:
        """This route with the union's own things in it."""
        numbers = {"instancesettings": 1, "item": self.item, "topic": self.topic}
        filled = (
            route.replace("groups/<slug:slug>", f"groups/{self.union.slug}")
            .replace("topics/<slug:slug>", "topics/overdose")
            .replace("guides/<slug:slug>", "guides/a-guide")
            .replace("near/<slug:slug>", f"near/{self.union.slug}")
            .replace("<language:language>", "fa")
            .replace("come-back/<uuid:pk>", f"come-back/{self.union.pk}")
            .replace("join/<str:token>", f"join/{self.invitation}")
            .replace("calendar/<str:token>", f"calendar/{self.calendar}")
            .replace("calendar/of/<slug:slug>", f"calendar/of/{self.union.slug}")
            .replace("start/<str:token>", f"start/{self.founding_link}")
            .replace("^(?P<app_label>hrplatform|outreach|resources)/$", "outreach/")
            .replace("(?P<url>.*)$", "nothing-here")
            .replace("<str:token>", "nothing")
            .replace("<path:content_type_id>/<path:object_id>", "1/1")
        )
        for kind, pk in self.of_union.items():
            filled = filled.replace(f"{kind}/<uuid:pk>", f"{kind}/{pk}")
        for model, number in numbers.items():
            filled = filled.replace(f"{model}/<path:object_id>", f"{model}/{number}")
        assert not re.search(r"[<(]", filled), f"say in Things.address what stands in {route}"
        return filled


@pytest.fixture
def things(world: World, sign_in: Callable[..., Client], as_member: Callable[..., object]) -> Things:
    load_catalogue()
    InstanceSettings.objects.create()
    topic = write_topic(slug="overdose", position=1, names={"en": "Overdose"})
    now = timezone.now()
    with isolation.context(person=world.ana.person_id, groups=[world.union.pk]):
        meeting = actions.schedule_meeting(
            by=world.ana,
            title="Thursday",
            starts=datetime.now() + timedelta(days=3),  # noqa: DTZ005 (wall-clock time)
            repeats="FREQ=WEEKLY",
        )
        actions.join_rota(by=world.ana, task="facilitate")
        turn = meeting.turns.get()
        agenda_item = actions.add_agenda_item(by=world.ben, meeting=meeting, title="Night bus")
        action_item = actions.add_action_item(by=world.ben, meeting=meeting, what="Ask the driver")
        invitation, token = actions.invite(by=world.ana, maximum_uses=9)
        role = actions.make_role(by=world.ana, name="Keeper of the key", powers=[], trusted_by=2)
        offer = actions.offer_to_hold(by=world.ben, role=role)
        term = world.caro.role_terms.get()
        application = Application.objects.create(group=world.union, person=make_person("eva"))
        own_token, _ = actions.make_token(by=world.ana.person, name="laptop", scopes=["groups:read"], days=7)
        contact = log_contact(by=world.caro, id=new_contact_id(now), at=now, used_returned=5)
        proposal = actions.propose(
            by=world.ana, title="Soup", method="majority", opens_at=now, closes_at=now + timedelta(days=3)
        )
        calendar = actions.make_calendar(by=world.ana.person, detail="discreet")
        device = actions.add_device(by=world.ana.person, target=Target("https://push.example.org/x", "key", "auth"))
        agreement = Agreement.objects.create(group=world.union, title="Soup on Thursdays", agreed_on=now.date())
        kit = make_kit(by=world.ana, name="Night kit", contents={Item.objects.all()[0]: 10})
        site = make_site(by=world.ana, name="The van", kind="mobile")
        payments.choose_currency(by=world.ana, currency="USD")
        payment = payments.agree_payment(by=world.ana, member=world.ben, purpose="Tea", amount=500, form_key=uuid4())
        body = "Words [@who]."
        publish_guide(
            by=None,
            group=world.union,
            slug="a-guide",
            topic=topic,
            original_language="en",
            texts={"en": Text("Title", "Summary.", body), "fa": Text("Title", "Summary.", body)},
            sources=[{"key": "who", "title": "A source", "publisher": "WHO", "year": 2014, "url": ""}],
            last_checked_on=now.date(),
        )
    operator = make_person("operator", is_operator=True)
    people = {role: getattr(world, role) for role in ("ana", "ben", "caro", "dee")} | {"operator": operator}
    return Things(
        union=world.union,
        of_union={
            "members": world.ben.pk,
            "invitations": invitation.pk,
            "roles": role.pk,
            "offers": offer.pk,
            "terms": term.pk,
            "applications": application.pk,
            "meetings": meeting.pk,
            "agenda": agenda_item.pk,
            "to-do": action_item.pk,
            "turns": turn.pk,
            "contacts": contact.pk,
            "devices": device.pk,
            "kits": kit.pk,
            "proposals": proposal.pk,
            "agreements": agreement.pk,
            "sites": site.pk,
            **one_of_each(world.ana, topic),
            "money": payment.pk,
            "tokens": own_token.pk,
            "affiliations": uuid4(),
        },
        invitation=token,
        calendar=calendar,
        founding_link=actions.make_founding_link(),
        topic=topic.pk,
        item=Item.objects.order_by("pk").first().pk,  # type: ignore[union-attr]
        clients={role: sign_in(who) for role, who in people.items()} | {"visitor": Client()},
    )


def answer_of(client: Client, method: str, address: str) -> str:
    """What is answered, in the words of the table. Whatever the request did is taken back."""
    client.raise_request_exception = False
    cookies = SimpleCookie(client.cookies.output(header="", sep=";"))
    with transaction.atomic():
        answer: HttpResponseBase = client.generic(
            method, address, content_type="application/x-www-form-urlencoded" if method == "POST" else ""
        )
        transaction.set_rollback(True)
    client.cookies = cookies
    if answer.status_code in (301, 302):
        return "in" if answer["Location"].startswith("/sign-in/") else "go"
    return str(answer.status_code)


# --- The table --------------------------------------------------------------------------------------------------------


def test_every_address_is_listed_and_every_listed_one_is_there() -> None:
    there = list(routes(get_resolver()))
    assert [route for route in there if route not in LINES] == []
    assert [route for route in LINES if route not in there] == []


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_each_role_is_answered_as_listed(role: str, method: str, things: Things) -> None:
    client = things.clients[role]
    found = {route: answer_of(client, method, things.address(route)) for route in LINES}
    expected = {route: line.answers[method][role] for route, line in LINES.items()}
    assert found == expected


@pytest.mark.parametrize("language", ["es", "nl", "ru"])
def test_public_pages_are_public_in_every_language(language: str, things: Things) -> None:
    for route, line in LINES.items():
        if route.startswith("/en/"):
            address = things.address(route).replace("/en/", f"/{language}/", 1)
            assert answer_of(things.clients["visitor"], "GET", address) == line.answers["GET"]["visitor"], address


def test_a_private_page_has_no_address_in_a_language(things: Things) -> None:
    for route in ("/groups/", "/me/", "/operator/"):
        assert answer_of(things.clients["ana"], "GET", f"/en{route}") == "404"


def test_someone_who_left_is_an_outsider(world: World, things: Things) -> None:
    with isolation.context(person=world.ben.person_id, groups=[world.union.pk]):
        actions.leave_group(by=world.ben)
    assert answer_of(things.clients["ben"], "GET", f"/groups/{world.union.slug}/") == "404"


def test_a_power_that_was_handed_back_opens_nothing(world: World, things: Things) -> None:
    with isolation.context(person=world.ana.person_id, groups=[world.union.pk]):
        actions.set_powers(by=world.ana, member=world.caro, powers=[])
    assert answer_of(things.clients["caro"], "GET", f"/groups/{world.union.slug}/contacts/log/") == "403"


def test_an_account_that_was_switched_off_opens_nothing(world: World, things: Things) -> None:
    Person.objects.filter(pk=world.ana.person_id).update(is_active=False)
    assert answer_of(things.clients["ana"], "GET", f"/groups/{world.union.slug}/") == "in"


# --- Another group's things under one's own address -------------------------------------------------------------------

# Each of these takes an id. With an id of another group it answers as for one that never was.
WITH_AN_ID = [
    ("GET", "members/{members}/powers/", "404"),
    ("POST", "members/{members}/powers/", "404"),
    ("POST", "invitations/{invitations}/revoke/", "404"),
    ("GET", "roles/{roles}/", "404"),
    ("POST", "roles/{roles}/", "404"),
    ("GET", "roles/{roles}/give/", "404"),
    ("POST", "roles/{roles}/give/", "404"),
    ("POST", "roles/{roles}/give-up/", "404"),
    ("POST", "roles/{roles}/offer/", "404"),
    ("POST", "offers/{offers}/back/", "404"),
    ("POST", "offers/{offers}/withdraw/", "404"),
    ("POST", "terms/{terms}/hand-back/", "404"),
    ("POST", "applications/{applications}/", "404"),
    ("GET", "meetings/{meetings}/", "404"),
    ("GET", "meetings/{meetings}/cancel/", "404"),
    ("POST", "meetings/{meetings}/cancel/", "404"),
    ("POST", "meetings/{meetings}/end-series/", "404"),
    ("GET", "meetings/{meetings}/print/", "404"),
    ("POST", "meetings/{meetings}/edit/", "404"),
    ("POST", "meetings/{meetings}/agenda/", "404"),
    ("POST", "agenda/{agenda}/support/", "404"),
    ("POST", "agenda/{agenda}/remove/", "404"),
    ("POST", "meetings/{meetings}/minutes/", "404"),
    ("POST", "meetings/{meetings}/attendance/", "404"),
    ("POST", "meetings/{meetings}/headcount/", "404"),
    ("POST", "meetings/{meetings}/code/", "404"),
    ("POST", "meetings/{meetings}/here/", "404"),
    ("POST", "meetings/{meetings}/to-do/", "404"),
    ("POST", "to-do/{to-do}/", "404"),
    ("POST", "to-do/{to-do}/done/", "404"),
    ("POST", "meetings/{meetings}/take-turn/", "404"),
    ("POST", "turns/{turns}/pass/", "404"),
    ("GET", "practices/{practices}/", "404"),
    ("POST", "practices/{practices}/comment/", "404"),
    ("GET", "practices/{practices}/edit/", "404"),
    ("POST", "practices/{practices}/edit/", "404"),
    ("GET", "practices/{practices}/remove/", "404"),
    ("POST", "practices/{practices}/remove/", "404"),
    ("GET", "practices/{practices}/share/", "404"),
    ("POST", "practices/{practices}/share/", "404"),
    ("POST", "practices/{practices}/unshare/", "404"),
    ("GET", "shared/{shared}/", "404"),
    ("POST", "shared/{shared}/carry-on/", "404"),
    ("GET", "shared/{shared}/change/", "404"),
    ("POST", "shared/{shared}/change/", "404"),
    ("GET", "rights/{rights}/", "404"),
    ("GET", "rights/{rights}/follow-up/", "404"),
    ("POST", "rights/{rights}/follow-up/", "404"),
    ("GET", "rights/{rights}/remove/", "404"),
    ("POST", "rights/{rights}/remove/", "404"),
    ("GET", "campaigns/{campaigns}/", "404"),
    ("POST", "campaigns/{campaigns}/act/", "404"),
    ("GET", "campaigns/{campaigns}/edit/", "404"),
    ("POST", "campaigns/{campaigns}/edit/", "404"),
    ("GET", "campaigns/{campaigns}/remove/", "404"),
    ("POST", "campaigns/{campaigns}/remove/", "404"),
    ("GET", "campaigns/{campaigns}/records/", "404"),
    ("POST", "campaigns/{campaigns}/records/", "404"),
    ("GET", "campaigns/{campaigns}/share/", "404"),
    ("POST", "campaigns/{campaigns}/share/", "404"),
    ("POST", "campaigns/{campaigns}/unshare/", "404"),
    ("POST", "deeds/{deeds}/remove/", "404"),
    ("GET", "demands/{demands}/", "404"),
    ("GET", "practices/{practices}/grow/", "404"),
    ("POST", "practices/{practices}/grow/", "404"),
    ("GET", "drafts/{drafts}/", "404"),
    ("POST", "drafts/{drafts}/", "404"),
    ("POST", "drafts/{drafts}/remove/", "404"),
    # One's own contact may have been taken back a moment ago, so this one goes on, and says that there is none.
    ("POST", "contacts/{contacts}/undo/", "go"),
    ("GET", "proposals/{proposals}/", "404"),
    ("POST", "affiliations/{affiliations}/accept/", "404"),
    ("POST", "affiliations/{affiliations}/decline/", "404"),
    ("GET", "money/{money}/", "404"),
    ("POST", "money/{money}/pay/", "404"),
    ("GET", "money/{money}/counter/", "404"),
    ("POST", "money/{money}/counter/", "404"),
    ("POST", "proposals/{proposals}/edit/", "404"),
    ("POST", "proposals/{proposals}/open/", "404"),
    ("POST", "proposals/{proposals}/close/", "404"),
    ("POST", "proposals/{proposals}/withdraw/", "404"),
    ("POST", "proposals/{proposals}/again/", "404"),
    ("POST", "proposals/{proposals}/carry-out/", "404"),
    ("POST", "proposals/{proposals}/outcome/", "404"),
    ("POST", "proposals/{proposals}/vote/", "404"),
    ("GET", "proposals/{proposals}/paper/", "404"),
    ("POST", "proposals/{proposals}/paper/", "404"),
    ("POST", "proposals/{proposals}/comment/", "404"),
    ("POST", "proposals/{proposals}/ask/", "404"),
    ("POST", "proposals/{proposals}/stand/", "404"),
    ("POST", "agreements/{agreements}/", "404"),
    ("GET", "meetings/{meetings}/calendar.ics", "404"),
    ("GET", "kits/{kits}/", "404"),
    ("POST", "kits/{kits}/", "404"),
    ("GET", "sites/{sites}/", "404"),
    ("POST", "sites/{sites}/", "404"),
]


def test_the_list_of_addresses_with_an_id_is_complete() -> None:
    listed = {re.sub(r"{[\w-]+}", "<uuid:pk>", place) for _, place, _ in WITH_AN_ID}
    # What is a person's own, and what programs ask for, have tests of their own.
    own = ("/me/", "/api/", "/come-back/")
    there = {
        route.removeprefix("/groups/<slug:slug>/")
        for route in LINES
        if "<uuid:pk>" in route and not route.startswith(own)
    }
    assert there == listed


@pytest.mark.parametrize(("method", "place", "expected"), WITH_AN_ID)
def test_things_of_another_group_are_not_there(
    method: str, place: str, expected: str, world: World, things: Things, sign_in: Callable[..., Client]
) -> None:
    """Dee may do everything in her own group; she asks for the union's things under her own group's address."""
    with isolation.context(person=world.dee.person_id, groups=[world.elsewhere.pk]):
        actions.set_powers(by=world.dee, member=world.dee, powers=list(Power))
    own = f"/groups/{world.elsewhere.slug}/"
    foreign = own + place.format(**things.of_union)
    never = own + place.format(**dict.fromkeys(things.of_union, uuid4()))
    client = things.clients["dee"]
    before = rows_of(world.union)
    assert answer_of(client, method, foreign) == answer_of(client, method, never) == expected
    client.generic(method, foreign, "until=2030-01-01", content_type="application/x-www-form-urlencoded")
    assert rows_of(world.union) == before


def rows_of(group: Group) -> dict[str, list[object]]:
    """Everything a group owns, as it is in the database."""
    with isolation.context(groups=[group.pk]):
        return {
            model._meta.label: sorted(
                map(str, model._default_manager.filter(**{_owner(model): group.pk}).values_list())
            )
            for model in isolation.owned_models()
            if _owner(model)
        }


def _owner(model: type) -> str:
    names = {field.name for field in model._meta.concrete_fields}  # type: ignore[attr-defined]
    return "pk" if model is Group else "group" if "group" in names else ""


def test_a_place_or_kit_of_another_group_cannot_be_chosen(world: World, things: Things) -> None:
    with isolation.context(groups=[world.elsewhere.pk]):
        site = Site.objects.create(group=world.elsewhere, name="The corner", kind="fixed")
    form = {"site": str(site.pk), "used_returned": "3"}
    answer = things.clients["caro"].post(f"/groups/{world.union.slug}/contacts/log/", form)
    assert answer.status_code == 422
    assert "The corner" not in answer.content.decode()


# --- Without the application's own filters ----------------------------------------------------------------------------


def everything(request: HttpRequest) -> JsonResponse:
    """What a careless view would show: every row there is, with no filter at all."""
    return JsonResponse(
        {
            model._meta.label: [
                str(row) for row in model._default_manager.values_list(_owner(model) or "pk", flat=True)
            ]
            for model in isolation.owned_models()
        }
    )


@pytest.fixture
def careless(settings: object) -> None:
    settings.ROOT_URLCONF = "tests.test_access"  # type: ignore[attr-defined]


def test_a_view_that_forgets_every_filter_shows_a_member_their_own_group_only(
    careless: None, world: World, things: Things
) -> None:
    seen = things.clients["ben"].get("/everything/").json()
    assert {pk for pks in seen.values() for pk in pks} == {str(world.union.pk)}
    assert len(seen["groups.Membership"]) == 3


@pytest.mark.parametrize("role", ["dee", "operator"])
def test_a_view_that_forgets_every_filter_shows_an_outsider_what_is_published_and_nothing_else(
    careless: None, role: str, world: World, things: Things
) -> None:
    seen = things.clients[role].get("/everything/").json()
    shown = {label for label, pks in seen.items() if str(world.union.pk) in pks}
    assert shown == {"resources.Guide", "resources.GuideTranslation", "resources.Source"}


def test_a_public_view_that_forgets_every_filter_shows_a_visitor_what_is_published_and_nothing_else(
    careless: None, things: Things
) -> None:
    seen = things.clients["visitor"].get("/public-everything/").json()
    shown = {label for label, pks in seen.items() if pks}
    assert shown == {"resources.Guide", "resources.GuideTranslation", "resources.Source"}


# The careless views stand beside all real ones: this module is the address book of the three tests above.
from hrplatform.urls import (  # noqa: E402
    handler400,  # noqa: F401
    handler403,  # noqa: F401
    handler404,  # noqa: F401
    handler429,  # noqa: F401
    handler500,  # noqa: F401
)
from hrplatform.urls import urlpatterns as real  # noqa: E402

urlpatterns = [
    path("everything/", everything),
    path("public-everything/", login_not_required(everything)),
    *real,
]
