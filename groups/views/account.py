"""Signing in and passphrases: the sign-in library's views, with the answers that our other forms give."""

from allauth.account import views
from django.forms import BaseForm
from django.http import HttpResponse

from groups.views.forms import status_of


class AnswersLikeOurs:
    """A form that comes back with errors answers 422, as everywhere here."""

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        response: HttpResponse = super().form_invalid(form)  # type: ignore[misc]
        response.status_code = status_of(form)
        return response


class SignIn(AnswersLikeOurs, views.LoginView):  # type: ignore[misc]
    pass


class ChangePassphrase(AnswersLikeOurs, views.PasswordChangeView):  # type: ignore[misc]
    pass


class Reauthenticate(AnswersLikeOurs, views.ReauthenticateView):  # type: ignore[misc]
    pass
