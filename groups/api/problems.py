"""What views raise, answered as problem details (hrplatform/problems.py)."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as FactRefused
from django.db import DataError
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.settings import api_settings

from groups import actions
from hrplatform.problems import MEDIA_TYPE, body_of


class Conflict(exceptions.APIException):
    """What is asked for was right once, or will be, and is not now."""

    status_code = 409
    default_code = "conflict"


# What actions raise when somebody else was quicker, or the rules of the group stand against it.
_CONFLICTS = {
    actions.LastCoordinator: _("Nobody else coordinates this group. Give someone else that power first."),
    actions.AgendaFull: _("This agenda is full. Take something off, or wait for the next meeting."),
    actions.TooManyActionItems: _("This meeting has given out enough to do. Finish something first."),
    actions.TooLate: _("Somebody was quicker, or it is not the time."),
    actions.VotingOver: _("Voting is not open. Your vote was not counted."),
    actions.AlreadyVoted: _("You have voted already, here or on paper. That vote stays as it is."),
    actions.NotAVoter: _("You are not among those who vote on this. Nothing was counted."),
    actions.InvitationOver: _("This invitation is used up, too old, or taken back."),
}
# For these the sentence says what to do; for the others the one that belongs to the status is clearer.
_SAYS_MORE = (exceptions.ParseError, exceptions.PermissionDenied, Conflict)


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """The problem that an error is; None for one that nobody foresaw, which becomes a 500 further out.

    Whatever the request had done by then is taken back.
    """
    if "request" in context:
        context["request"]._request.failed_in_view = True  # groups/middleware.py rolls back.
    return _as_problem(error)


def _as_problem(error: Exception) -> Response | None:
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        # Its words name a power in our code; the sentence for 403 says it plainly.
        return _response(403, code="power")
    elif isinstance(error, FactRefused):
        error = exceptions.ValidationError({api_settings.NON_FIELD_ERRORS_KEY: error.messages})
    elif isinstance(error, DataError):
        error = exceptions.ValidationError({api_settings.NON_FIELD_ERRORS_KEY: [_("A value is out of range.")]})
    elif type(error) in _CONFLICTS:
        error = Conflict(_CONFLICTS[type(error)])
    if isinstance(error, exceptions.ValidationError):
        errors = error.detail if isinstance(error.detail, dict) else {api_settings.NON_FIELD_ERRORS_KEY: error.detail}
        return _response(422, code="invalid", errors=errors)
    if not isinstance(error, exceptions.APIException):
        return None
    more: dict[str, Any] = {"code": getattr(error.detail, "code", error.default_code)}
    if isinstance(error, _SAYS_MORE):
        more["detail"] = str(error.detail)
    response = _response(error.status_code, **more)
    if wait := getattr(error, "wait", None):
        response["Retry-After"] = str(int(wait) + 1)
    if header := getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = header
    return response


def _response(status: int, **more: Any) -> Response:
    return Response(body_of(status, **more), status=status, content_type=MEDIA_TYPE)
