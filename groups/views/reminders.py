"""How a person hears of things: in each group, and of all groups together; and what could not be delivered."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from groups import access, actions
from groups.forms import QuietHoursForm, ReminderForm
from groups.models import Power, Reminder
from groups.views.forms import posted, status_of
from groups.views.me import signed_in

_SHOWN = 100


@require_http_methods(["GET", "HEAD", "POST"])
def reminder_choice(request: HttpRequest, slug: str) -> HttpResponse:
    membership = access.membership(request.user, slug)
    form = ReminderForm.of(membership, posted(request))
    if form.is_valid():
        actions.choose_reminders(by=membership, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect(membership.group)
    context = {"form": form, "group": membership.group, "person": membership.person}
    return render(request, "groups/reminder_choice.html", context, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
def reminder_settings(request: HttpRequest) -> HttpResponse:
    person = signed_in(request)
    form = QuietHoursForm.of(person, posted(request))
    if form.is_valid():
        actions.choose_quiet_hours(by=person, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("groups:reminder-settings")
    context = {"form": form, "memberships": access.memberships_of(person)}
    return render(request, "groups/reminder_settings.html", context, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
def undelivered(request: HttpRequest, slug: str) -> HttpResponse:
    membership = access.membership(request.user, slug, may=Power.COORDINATE)
    if request.method == "POST":
        count = actions.try_again(by=membership)
        text = ngettext("%(count)s is on its way again.", "%(count)s are on their way again.", count)
        messages.success(request, text % {"count": count})
        return redirect("groups:undelivered", slug)
    rows = Reminder.objects.given_up().filter(group=membership.group)
    context = {
        "group": membership.group,
        "count": rows.count(),
        "rows": rows.select_related("person").order_by("-due_at")[:_SHOWN],
    }
    return render(request, "groups/undelivered.html", context)
