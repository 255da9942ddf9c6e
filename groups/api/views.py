"""What every address of the API has in common. Each view says its scopes, its rows, its form, its action."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import Http404
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from groups import access
from groups.api.forms import AnyForm, form_of
from groups.models import ApiToken, Group, Membership, Person, Scope


class ApiView(GenericAPIView[Any]):
    """`scopes`: which scope each method needs. `form`: the page's form whose fields a POST or PUT takes."""

    scopes: ClassVar[Mapping[str, Scope]]
    form: ClassVar[AnyForm | None] = None

    @property
    def person(self) -> Person:
        assert isinstance(self.request.user, Person)
        return self.request.user

    @property
    def token(self) -> ApiToken:
        assert isinstance(self.request.auth, ApiToken)
        return self.request.auth

    def rows(self) -> Any:
        """What a list shows: a queryset in a fixed order."""
        raise NotImplementedError

    def form_facts(self) -> dict[str, Any]:
        """What the form is made with beside what was sent."""
        return {}

    def form_sent(self, form: AnyForm | None = None, **form_facts: Any) -> Any:
        """The form with what was sent, found to be right. Raises ValidationError."""
        chosen = form or self.form
        assert chosen is not None
        return form_of(chosen, self.request.data, **(form_facts or self.form_facts()))

    def facts(self) -> dict[str, Any]:
        return dict(self.form_sent().cleaned_data)

    def shown(self, thing: Any, status: int = 200) -> Response:
        return Response(self.get_serializer(thing).data, status=status)

    def status_of(self, method: str) -> int:
        return 200


class GroupView(ApiView):
    """Something in one group: 404 for whoever is no member, and for a token that is for another group only."""

    membership: Membership

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.membership = access.membership(request.user, kwargs["slug"])
        if self.token.membership_id not in (None, self.membership.pk):
            raise Http404

    @property
    def group(self) -> Group:
        return self.membership.group


class Listed(ApiView):
    """GET: a page of rows."""

    is_list = True

    def get_queryset(self) -> Any:
        return self.rows() if hasattr(self, "request") and self.request else super().get_queryset()

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = self.paginate_queryset(self.rows())
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class Made(ApiView):
    """POST: makes one more of what is listed."""

    def make(self) -> Any:
        """Call the action; return what it made."""
        raise NotImplementedError

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.shown(self.make(), status=201)

    def status_of(self, method: str) -> int:
        return 201 if method == "POST" else 200


class Done(ApiView):
    """POST: does something with one thing, and shows it as it is afterwards. Doing it twice changes nothing more."""

    def do(self) -> Any:
        """Call the action; return what it was done to."""
        raise NotImplementedError

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.shown(self.do())


class Single(ApiView):
    """GET: one thing."""

    def thing(self) -> Any:
        raise NotImplementedError

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.shown(self.thing())
