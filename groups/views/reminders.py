"""How a person hears of things: in each group, and of all groups together; and what could not be delivered."""

from uuid import UUID

from csp.decorators import csp_replace
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groups import access, actions
from groups.forms import DeviceForm, QuietHoursForm, ReminderForm
from groups.models import Power, Reminder
from groups.views.forms import posted, status_of
from groups.views.me import signed_in
from hrplatform import pushing

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


@csp_replace({"trusted-types": ["push-worker"]})
@require_http_methods(["GET", "HEAD", "POST"])
def reminder_settings(request: HttpRequest) -> HttpResponse:
    person = signed_in(request)
    form = QuietHoursForm.of(person, posted(request))
    if form.is_valid():
        actions.choose_quiet_hours(by=person, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("groups:reminder-settings")
    return _settings_page(request, form)


def _settings_page(request: HttpRequest, form: BaseForm) -> HttpResponse:
    person = signed_in(request)
    try:
        key = pushing.public_key()
    except pushing.PushUnavailable:
        key = ""
    context = {
        "form": form if isinstance(form, QuietHoursForm) else QuietHoursForm.of(person),
        "problem": [] if isinstance(form, QuietHoursForm) else form.non_field_errors(),
        "memberships": access.memberships_of(person),
        "devices": person.devices.defer("endpoint", "p256dh", "auth"),
        "push_key": key,
    }
    return render(request, "groups/reminder_settings.html", context, status=status_of(form))


@csp_replace({"trusted-types": ["push-worker"]})
@require_POST
def device_add(request: HttpRequest) -> HttpResponse:
    form = DeviceForm(posted(request))
    if not form.is_valid():
        return _settings_page(request, form)
    actions.add_device(by=signed_in(request), target=form.cleaned_data["target"])
    messages.success(request, _("Reminders will be shown on this device."))
    return redirect("groups:reminder-settings")


@require_POST
def device_remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Of somebody else's device nothing is said: it is as if it were gone already."""
    actions.remove_device(by=signed_in(request), device=pk)
    messages.success(request, _("Nothing is shown there any more."))
    return redirect("groups:reminder-settings")


@login_not_required
@require_safe
def push_worker(request: HttpRequest) -> HttpResponse:
    """The script that a browser keeps for showing reminders. Under the root, because that bounds what it may open."""
    script = (settings.BASE_DIR / "static" / "js" / "push-worker.js").read_bytes()
    return HttpResponse(script, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})


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
