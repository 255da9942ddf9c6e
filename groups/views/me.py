"""What a person sees of themselves: profile, inbox, leaving."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groups import actions
from groups.forms import ProfileForm
from groups.models import Person, Reminder
from groups.views.forms import posted, status_of
from groups.wording import words
from hrplatform.context import current_instance
from hrplatform.middleware import LanguageMiddleware


def signed_in(request: HttpRequest) -> Person:
    """The signed-in person; sign-in is required everywhere this is called."""
    assert isinstance(request.user, Person)
    return request.user


@require_http_methods(["GET", "HEAD", "POST"])
def me(request: HttpRequest) -> HttpResponse:
    person = signed_in(request)
    form = ProfileForm.of(person, posted(request))
    if form.is_valid():
        actions.change_profile(by=person, **form.cleaned_data)
        request.session[LanguageMiddleware.SESSION_KEY] = person.language
        translation.activate(person.language)
        messages.success(request, _("Saved."))
        return redirect("groups:me")
    context = {
        "form": form,
        "person": person,
        "unread": Reminder.objects.inbox_of(person).unread().count(),
    }
    return render(request, "groups/me.html", context, status=status_of(form))


@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    notices = list(Reminder.objects.inbox_of(signed_in(request)).select_related("person")[:50])
    context = {
        "notices": [(notice, words(notice)) for notice in notices],
        "unread": sum(notice.read_at is None for notice in notices),
    }
    return render(request, "groups/inbox.html", context)


@require_POST
def inbox_read(request: HttpRequest) -> HttpResponse:
    actions.mark_read(person=signed_in(request))
    return redirect("groups:inbox")


@login_not_required
@require_safe
def leave(request: HttpRequest) -> HttpResponse:
    """The exit: ends the session and goes somewhere harmless. Works for anyone, at any time, without script.

    A plain link on purpose. Another site could at worst sign someone out with it, and nothing is lost by that.
    """
    if request.user.is_authenticated:
        logout(request)
    response = HttpResponseRedirect(current_instance().exit_url or settings.EXIT_URL)
    # Not "storage": that would delete entries a phone has not sent yet.
    response["Clear-Site-Data"] = '"cache"'
    response["Cache-Control"] = "no-store"
    return response
