"""Writing minutes."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from groups import access, actions
from groups.forms import MinutesForm
from groups.views.forms import posted, status_of


@require_http_methods(["GET", "HEAD", "POST"])
def minutes_edit(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    """Two people writing at once: the second is shown what the first saved, beside their own words, which stay."""
    membership = access.membership(request.user, slug)
    meeting = access.meeting(membership, pk)
    access.require_running(membership, meeting)
    form = MinutesForm(posted(request), initial={"text": meeting.minutes, "version": meeting.minutes_version})
    theirs = ""
    if form.is_valid():
        try:
            actions.save_minutes(by=membership, meeting=meeting, **form.cleaned_data)
        except actions.MinutesChanged as changed:
            theirs = changed.saved.minutes
            # Saving again is saving on top of what is shown now.
            form.data = {**request.POST.dict(), "version": str(changed.saved.minutes_version)}
            form.add_error("text", _("Someone else saved minutes meanwhile. Put both together, then save."))
        else:
            messages.success(request, _("Minutes saved."))
            return redirect(meeting)
    context = {"form": form, "group": membership.group, "meeting": meeting, "theirs": theirs}
    return render(request, "groups/minutes_edit.html", context, status=status_of(form))
