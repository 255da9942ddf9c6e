"""Errors as programs read them: RFC 9457 problem details, for every address under /api/.

The views there raise; everything before them (limits, a wrong address, the database away) answers through
hrplatform/errors.py, which comes here for these addresses. Nobody has to know which of the two it was.
"""

import json
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MEDIA_TYPE = "application/problem+json"

_DETAILS: dict[int, str | Promise] = {
    400: _("This request cannot be read."),
    401: _("Send a token: make one under /me/tokens/."),
    403: _("You may not do this."),
    404: _("There is nothing here."),
    405: _("This address does not do that."),
    406: _("Only JSON is answered here."),
    409: _("This does not fit with how things are now."),
    413: _("This is more than can be sent at once."),
    415: _("Send JSON: application/json."),
    422: _("Some fields are not right."),
    429: _("Too much at once. Wait a little."),
    500: _("Something went wrong here. Nothing was written."),
    503: _("We cannot do this just now. Nothing was written. Try again in a minute."),
}


def is_for_programs(request: HttpRequest) -> bool:
    return request.path_info.startswith(settings.API_PREFIX)


def body_of(status: int, *, detail: str | Promise = "", **more: Any) -> dict[str, Any]:
    """What a problem says. `type` is about:blank: the status alone says which kind it is; `code` says more."""
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": str(detail or _DETAILS.get(status, "")),
        **more,
    }


def problem(status: int) -> HttpResponse:
    """A problem from outside the views: a limit, an address that leads nowhere, something that is away."""
    response = HttpResponse(json.dumps(body_of(status), ensure_ascii=False), status=status, content_type=MEDIA_TYPE)
    response["Cache-Control"] = "no-store"
    return response
