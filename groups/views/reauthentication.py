"""What touches other people's safety asks first whether it is really you."""

import time
from collections.abc import Callable
from functools import wraps

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

View = Callable[..., HttpResponse]


def passphrase_typed_lately(view: View) -> View:
    """Only for whoever typed their passphrase in this session within the last 15 minutes; others are asked for it.

    What was posted is not kept meanwhile: it would stand in the table of sessions.
    """

    @wraps(view)
    def asked(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        typed = [record["at"] for record in get_authentication_records(request, request.user)]
        if typed and time.time() - max(typed) < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT:
            return view(request, *args, **kwargs)
        return redirect(f"{reverse('account_reauthenticate')}?{urlencode({REDIRECT_FIELD_NAME: request.path})}")

    return asked
