"""What every view with a form says about it."""

from django.forms import BaseForm


def status_of(form: BaseForm) -> int:
    """A form that comes back with errors is not a success: 422 keeps caches and programs from thinking so."""
    return 422 if form.is_bound else 200
