"""The OpenAPI document at /api/schema/: for programs that read how to use this one. There is no page for it."""

from functools import cache

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import override
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer


@login_not_required
@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    return HttpResponse(document(), content_type=OpenApiJsonRenderer.media_type)


@cache
def document() -> bytes:
    """Made once in each process, in English: it is the same for everybody, and takes a while to make."""
    with override("en"):
        found = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
        rendered: bytes = OpenApiJsonRenderer().render(found, renderer_context={})
    return rendered
