"""Pages and programs send the same things: what an address takes is read off the form that the page has.

The serializer says which fields there are, and that a number is a number. The form, with all its rules and sentences,
then decides. So there is no second set of rules that could differ.
"""

from functools import cache
from typing import Any

from django import forms
from django.forms.fields import ChoiceField
from django.utils.datastructures import MultiValueDict
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from groups.api.shown import StrictSerializer

# A form of ours, of either kind: forms.Form and forms.ModelForm have no parent that says what they have in common.
AnyForm = type[Any]
_MOST_CHARACTERS = 100_000
_MOST_CHOSEN = 500
_LARGEST = 2**31 - 1


@cache
def serializer_of(form: AnyForm) -> type[StrictSerializer]:
    """What a program sends instead of this form."""
    fields = {name: _as_sent(field) for name, field in form.base_fields.items()}
    name = form.__name__.removesuffix("Form").strip("_") + "Facts"
    return type(name, (StrictSerializer,), fields)


# The first that fits: a model's choice is a choice too, and a yes-or-no that may be unknown is a yes-or-no.
_KINDS: list[tuple[type[forms.Field], Any]] = [
    (forms.ModelMultipleChoiceField, serializers.UUIDField),
    (forms.ModelChoiceField, serializers.UUIDField),
    (forms.BooleanField, serializers.BooleanField),
    (forms.DecimalField, serializers.DecimalField),
    (forms.FloatField, serializers.FloatField),
    (forms.IntegerField, serializers.IntegerField),
    (forms.DateTimeField, serializers.DateTimeField),
    (forms.DateField, serializers.DateField),
    (forms.TimeField, serializers.TimeField),
    (forms.UUIDField, serializers.UUIDField),
    (forms.Field, serializers.CharField),
]


def _as_sent(field: forms.Field) -> Any:
    kind = next(sent for known, sent in _KINDS if isinstance(field, known))
    limits: dict[str, Any] = {}
    if kind is serializers.CharField:
        longest = getattr(field, "max_length", None) or _MOST_CHARACTERS
        limits = {"max_length": min(longest, _MOST_CHARACTERS), "allow_blank": True}
    elif kind is serializers.IntegerField:
        limits = {"min_value": getattr(field, "min_value", None), "max_value": getattr(field, "max_value", None)}
        limits = {"min_value": -_LARGEST, "max_value": _LARGEST} | {
            name: value for name, value in limits.items() if isinstance(value, int)
        }
    elif kind is serializers.DecimalField:
        limits = {"max_digits": 20, "decimal_places": 6}
    common: dict[str, Any] = {"required": _is_needed(field), "help_text": _help(field)}
    if isinstance(field, forms.MultipleChoiceField | forms.ModelMultipleChoiceField):
        return serializers.ListField(child=kind(**limits), max_length=_MOST_CHOSEN, **common)
    return kind(allow_null=not field.required, **limits, **common)


def _is_needed(field: forms.Field) -> bool:
    """What a page shows chosen beforehand need not be sent either."""
    return field.required and field.initial is None and not isinstance(field, forms.BooleanField)


def _help(field: forms.Field) -> str:
    words = str(field.help_text or field.label or "")
    known: Any = field.choices if isinstance(field, ChoiceField) and not hasattr(field, "queryset") else ()
    values = [str(value) for value, _ in known if not callable(value)]
    return f"{words} One of: {', '.join(f'`{value}`' for value in values)}." if 0 < len(values) <= 20 else words


def form_of(form_class: AnyForm, sent: Any, **form_facts: Any) -> Any:
    """The form with what was sent, found to be right. Raises ValidationError with its own sentences at its fields."""
    # A form may have fewer or other fields for this group or this proposal than it has in general.
    fields = form_class(**form_facts).fields
    serializer: Any = type("Sent", (StrictSerializer,), {name: _as_sent(field) for name, field in fields.items()})
    serializer(data=sent).is_valid(raise_exception=True)
    form = form_class(_as_posted(fields, sent), **form_facts)
    if not form.is_valid():
        errors = form.errors.get_json_data()
        raise ValidationError({name: [each["message"] for each in found] for name, found in errors.items()})
    return form


def _as_posted(fields: dict[str, forms.Field], sent: dict[str, Any]) -> MultiValueDict[str, str]:
    """As a browser would have posted it."""
    posted: MultiValueDict[str, str] = MultiValueDict()
    for name, field in fields.items():
        value = sent.get(name)
        if name not in sent and field.initial is not None:
            value = field.initial() if callable(field.initial) else field.initial
        if isinstance(value, list | tuple):
            posted.setlist(name, [str(each) for each in value])
        elif value is not None and value is not False:
            posted[name] = str(value)
    return posted
