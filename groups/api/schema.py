"""What /api/schema/ says about each address: read off the views, so that it cannot differ from them."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import build_bearer_security_scheme_object
from drf_spectacular.utils import inline_serializer
from rest_framework import serializers

from groups.api.forms import serializer_of
from hrplatform.problems import MEDIA_TYPE

# RFC 9457. `errors` names the fields that are not right, with sentences.
PROBLEM = inline_serializer(
    name="Problem",
    fields={
        "type": serializers.CharField(),
        "title": serializers.CharField(),
        "status": serializers.IntegerField(),
        "detail": serializers.CharField(),
        "code": serializers.CharField(required=False),
        "errors": serializers.DictField(required=False),
    },
)


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "groups.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> Any:
        return build_bearer_security_scheme_object("Authorization", "Bearer")


class Schema(AutoSchema):
    def get_operation_id(self) -> str:
        return f"{self.method.lower()}_{type(self.view).__name__}"

    def get_tags(self) -> list[str]:
        return [type(self.view).__module__.rsplit(".", 1)[-1]]

    def get_request_serializer(self) -> Any:
        form = getattr(self.view, "form", None)
        return serializer_of(form) if form and self.method in ("POST", "PUT") else None

    def get_response_serializers(self) -> Any:
        view: Any = self.view
        wrong = {"401", "403", "404", "406", "429", "503"}
        if self.method != "GET":
            wrong |= {"400", "409", "413", "415", "422"}
        good = {str(view.status_of(self.method)): view.get_serializer_class()}
        return good | {(each, MEDIA_TYPE): PROBLEM for each in sorted(wrong)}

    def _is_list_view(self, serializer: Any = None) -> bool:
        return self.method == "GET" and bool(getattr(self.view, "is_list", False))

    def get_description(self) -> str:  # type: ignore[override]
        scope = getattr(self.view, "scopes", {}).get(self.method)
        return " ".join(filter(None, [type(self.view).__dict__.get("__doc__"), f"Scope: `{scope}`." if scope else ""]))
