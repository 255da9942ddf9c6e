"""Sessions whose table opens nothing: a row's key is a keyed hash of what the cookie holds.

A session ends after 30 minutes without a request and after 12 hours in any case.
"""

import time
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.sessions.backends import db
from django.contrib.sessions.base_session import AbstractBaseSession
from django.contrib.sessions.middleware import SessionMiddleware as DjangoSessionMiddleware
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

_SEEN = "_seen"
_BEGAN = "_began"
# Writing the moment of every request would say when somebody was awake, and cost a write. A minute is enough.
_SEEN_EVERY = 60


def stored_key(session_key: str) -> str:
    """What the database holds for this cookie: 40 characters that lead back to nothing."""
    return salted_hmac("hrplatform.sessions", session_key, algorithm="sha256").hexdigest()[:40]


class SessionStore(db.SessionStore):
    def _get_session_from_db(self) -> Session | None:
        """What the parent looks up by the cookie's key, looked up by its hash."""
        try:
            return Session.objects.get(session_key=stored_key(self.session_key or ""), expire_date__gt=timezone.now())
        except Session.DoesNotExist:
            self._session_key = None
            return None

    def exists(self, session_key: str) -> bool:
        return super().exists(stored_key(session_key))

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        row = super().create_model_instance(data)
        row.session_key = stored_key(row.session_key)
        return row

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key:
            super().delete(stored_key(key))


class SessionMiddleware(DjangoSessionMiddleware):
    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return
        now, session = int(time.time()), request.session
        if "_auth_user_id" not in session:
            return
        began, seen = session.get(_BEGAN, now), session.get(_SEEN, now)
        if now - seen > settings.SESSION_IDLE_SECONDS or now - began > settings.SESSION_COOKIE_AGE:
            logout(request)
        elif _BEGAN not in session or now - seen > _SEEN_EVERY:
            session[_BEGAN], session[_SEEN] = began, now


def end_sessions_of(person: object) -> None:
    """Forget every session of this person. Each has to be looked into: its table names nobody."""
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        if str(SessionStore().decode(session.session_data).get("_auth_user_id")) == str(person):
            session.delete()
