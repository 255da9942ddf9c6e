"""Every address. Public pages carry their language; everything else needs sign-in unless its view says otherwise."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path

from hrplatform import errors, middleware

urlpatterns = [
    path("healthz", login_not_required(middleware.healthz), name="healthz"),
    path("operator/", admin.site.urls),
    path("", include("groups.urls")),
    path("", include("outreach.urls")),
    path("", include("resources.root_urls")),
    *i18n_patterns(path("", include("resources.urls")), prefix_default_language=True),
]

handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.not_found
handler500 = errors.server_error
# The sign-in library looks for this one.
handler429 = errors.too_many_tries
