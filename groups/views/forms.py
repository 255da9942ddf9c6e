"""What every view with a form says about it."""

from django.forms import BaseForm
from django.http import HttpRequest, QueryDict


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, also when it is nothing at all: an empty form that was sent is an answer with errors."""
    return request.POST if request.method == "POST" else None


def status_of(form: BaseForm) -> int:
    """A form that comes back with errors is not a success: 422 keeps caches and programs from thinking so."""
    return 422 if form.is_bound else 200
