"""Django's admin, for the operator alone: instance settings, topics, catalogue. Never a group's records."""

from functools import wraps
from typing import Any

from csp.decorators import csp_replace
from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class OperatorSite(admin.AdminSite):
    site_header = site_title = _("Operator")
    index_title = _("This instance")
    enable_nav_sidebar = False

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Ours only: libraries would add tables of their own, and one that names people is never to be here."""
        wanted = [model_or_iterable] if isinstance(model_or_iterable, type) else list(model_or_iterable)
        ours = [model for model in wanted if not model.__module__.startswith(("django.", "allauth."))]
        super().register(ours, admin_class, **options)

    def get_urls(self) -> list[Any]:
        found: list[Any] = super().get_urls()
        for each in found:
            # Visitors are sent straight to our own sign-in, as from every other page.
            if getattr(each, "callback", None) is not None:
                each.callback.__dict__.pop("login_url", None)
        return found

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Someone signed in who is no operator finds nothing here, not even a door."""
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def operators_only(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.user.is_authenticated and not self.has_permission(request):
                raise Http404
            answer: HttpResponseBase = inner(request, *args, **kwargs)
            return answer

        # The admin's own scripts write HTML. They come from this origin and run for the operator alone.
        relaxed: Any = csp_replace({"require-trusted-types-for": None, "trusted-types": None})(operators_only)
        return relaxed

    def password_change(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> Any:
        """One place for everybody to change a passphrase, with its limits."""
        return redirect("account_change_password")

    def password_change_done(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> Any:
        return redirect("account_change_password")

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and getattr(request.user, "is_operator", False))

    def login(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        """One way in for everybody: ours, with its limits."""
        if request.user.is_authenticated:
            raise Http404
        return redirect_to_login(request.get_full_path(), reverse("account_login"))
