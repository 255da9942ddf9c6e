"""How people come in without a link: a group's rule, asking, and answering."""

from uuid import UUID

from allauth.account.views import SignupView
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groups import access, actions
from groups.forms import ApplicationForm, JoiningForm, StandingForm
from groups.models import Application, Group, Membership, Power
from groups.views.account import AnswersLikeOurs
from groups.views.forms import posted, status_of
from groups.views.me import signed_in

ON_A_PAGE = 20


@require_http_methods(["GET", "HEAD", "POST"])
def joining(request: HttpRequest, slug: str) -> HttpResponse:
    membership = access.membership(request.user, slug, may=Power.COORDINATE)
    form = JoiningForm(posted(request), instance=membership.group)
    if form.is_valid():
        actions.set_joining(by=membership, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect(membership.group)
    context = {"form": form, "group": membership.group}
    return render(request, "groups/joining.html", context, status=status_of(form))


@require_safe
def application_list(request: HttpRequest, slug: str) -> HttpResponse:
    membership = access.membership(request.user, slug)
    waiting = membership.group.applications.waiting().with_backings().order_by("applied_on", "pk")
    page = Paginator(waiting, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "group": membership.group,
        "page": page,
        "rows": [(each, len(each.behind()), membership.pk in each.behind()) for each in page],
        "needed": membership.group.enough_of(len(Membership.objects.ids_here(membership.group))),
        "may_coordinate": membership.has_power(Power.COORDINATE),
    }
    return render(request, "groups/application_list.html", context)


@require_POST
def application_answer(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.membership(request.user, slug)
    application = access.application(membership, pk)
    answer = request.POST.get("answer")
    if answer == "accept":
        application = actions.accept_application(by=membership, application=application)
    elif answer == "decline":
        application = actions.decline_application(by=membership, application=application)
    elif answer == "back":
        application = actions.back_application(by=membership, application=application)
    if application.is_waiting:
        messages.success(request, _("Your word is noted.") if answer == "back" else _("Nothing was changed."))
    else:
        messages.success(request, _("Answered: %(state)s.") % {"state": application.get_state_display()})
    return redirect("groups:application-list", slug)


@require_safe
def group_find(request: HttpRequest) -> HttpResponse:
    """Groups that can be found and take people."""
    found = Group.objects.that_take_people().order_by("name", "pk")
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "groups/group_find.html", {"page": page})


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, slug: str) -> HttpResponse:
    """The door of a group that takes people: walk in, or answer its questions."""
    if access.memberships_of(request.user).filter(group__slug=slug).exists():
        return redirect("groups:group-detail", slug)
    group = access.group_to_join(slug)
    if not request.user.is_authenticated:
        return render(request, "groups/ask_visitor.html", {"group": group})
    person = signed_in(request)
    last = Application.objects.of(person).filter(group=group).first()
    is_open = group.joining_now == Group.Joining.OPEN and not actions.was_removed(person=person, group=group)
    form = (
        StandingForm(posted(request)) if is_open else ApplicationForm(posted(request), questions=group.questions_asked)
    )
    if form.is_valid():
        standing = form.cleaned_data["standing"]
        try:
            if isinstance(form, ApplicationForm):
                actions.apply_to_join(by=person, group=group, standing=standing, answers=form.answers)
                messages.success(request, _("Sent. You hear of the answer in your inbox."))
                return redirect("groups:my-applications")
            actions.join_open_group(by=person, group=group, standing=standing)
        except actions.NotOpenNow:
            form.add_error(None, _("This is not possible now. You may have asked too often, or the group was quicker."))
        else:
            messages.success(request, _("Welcome. You are a member now."))
            return redirect(group)
    context = {"group": group, "form": form, "last": last, "is_open": is_open}
    return render(request, "groups/ask.html", context, status=status_of(form))


class AskByAccount(AnswersLikeOurs, SignupView):  # type: ignore[misc]
    """Makes an account for a visitor who wants to join a group that takes such people; then they ask like anyone."""

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        slug = str(kwargs["slug"])
        if request.user.is_authenticated:
            return redirect("groups:ask", slug)
        group = access.group_to_join(slug)
        if not group.takes_sign_ups_now:
            raise Http404
        request.may_sign_up = True  # type: ignore[attr-defined]
        request.time_zone_of_group = group.time_zone  # type: ignore[attr-defined]
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def form_valid(self, form: object) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        return redirect("groups:ask", self.kwargs["slug"]) if self.request.user.is_authenticated else response


@require_http_methods(["GET", "HEAD", "POST"])
def my_applications(request: HttpRequest) -> HttpResponse:
    person = signed_in(request)
    mine = Application.objects.of(person).with_group_names()
    if request.method == "POST":
        chosen = {str(each.pk): each for each in mine.waiting()}.get(request.POST.get("application", ""))
        if chosen is not None:
            actions.withdraw_application(by=person, application=chosen)
            messages.success(request, _("Taken back."))
        return redirect("groups:my-applications")
    page = Paginator(mine, ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "groups/my_applications.html", {"page": page})
