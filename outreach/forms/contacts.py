"""The form of a contact: steppers for the catalogue and the group's kits, in the order in which they are needed."""

from datetime import timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy

from groups.models import Membership
from hrplatform.discretion import rounded
from outreach.forms.counting import MOST_ON_A_STEPPER, CountField, CountingForm, Row
from outreach.models import Contact, ContactLine, Item, Kit, Site
from outreach.models.catalogue import FALLBACK_LANGUAGE
from outreach.models.contacts import (
    MOST_OTHERS,
    MOST_USED_RETURNED,
    is_contact_id,
    new_contact_id,
    outreach_day,
)

SHOWN_AT_ONCE = 8
RECENT = timedelta(days=30)


class ContactForm(CountingForm):
    """Can be sent again as it is: it carries the contact's own id and its (rounded) moment."""

    id = forms.UUIDField(
        label=gettext_lazy("Number"),
        widget=forms.HiddenInput,
        required=False,
        error_messages={"invalid": gettext_lazy("The page had lost this contact's number. It has a new one: save it.")},
    )
    at = forms.DateTimeField(
        label=gettext_lazy("Time"),
        widget=forms.HiddenInput,
        required=False,
        error_messages={"invalid": gettext_lazy("The page had lost the time. It is now set to this moment: save it.")},
    )
    used_returned = CountField(label=gettext_lazy("Used syringes returned"), most=MOST_USED_RETURNED)
    for_self = forms.BooleanField(label=gettext_lazy("For themselves"), required=False, initial=True)
    others_reached = CountField(label=gettext_lazy("For others, about how many people"), most=MOST_OTHERS)
    just_talked = forms.BooleanField(label=gettext_lazy("Just talked, nothing handed out"), required=False)
    site = forms.ModelChoiceField(
        Site.objects.none(),
        label=gettext_lazy("Where"),
        required=False,
        empty_label=gettext_lazy("Not said"),
        error_messages={"invalid_choice": gettext_lazy("This place is not in use any more. Choose another one.")},
    )
    note = forms.CharField(
        label=gettext_lazy("Note"),
        help_text=gettext_lazy("For the team. No names, nothing that shows who it was."),
        required=False,
        max_length=1000,
        error_messages={
            "max_length": gettext_lazy("A note has room for %(limit_value)d characters. This one has %(show_value)d."),
        },
        widget=forms.Textarea({"rows": 3}),
    )

    def __init__(
        self, *, membership: Membership, data: QueryDict | None = None, typed: QueryDict | None = None
    ) -> None:
        """`data`: a form to save. `typed`: a form on which a number was stepped: shown again, not judged yet."""
        self.now = timezone.now()
        self.group = membership.group
        language = get_language() or FALLBACK_LANGUAGE
        super().__init__(data, initial=self._first_values(membership) if data is None and typed is None else None)
        self.items = {f"item_{item.slug}": item for item in self._items_in_order(language)}
        self.kits = {f"kit_{kit.pk}": kit for kit in Kit.objects.active().filter(group=self.group).with_lines(language)}
        for name, item in self.items.items():
            self.fields[name] = CountField(label=item.shown_name, most=MOST_ON_A_STEPPER)
        for name, kit in self.kits.items():
            self.fields[name] = CountField(label=kit.name, most=MOST_ON_A_STEPPER)
        site_field = self.fields["site"]
        assert isinstance(site_field, forms.ModelChoiceField)
        site_field.queryset = Site.objects.active().filter(group=self.group)
        if typed is not None:
            self.show_stepped(typed)

    def _first_values(self, membership: Membership) -> dict[str, Any]:
        last = Contact.objects.filter(group=self.group).of_worker(membership.person).newest_first().first()
        return {"site": last.site_id if last else None}

    def _items_in_order(self, language: str) -> list[Item]:
        """What this group hands out most often comes first; then the order of the catalogue."""
        since = outreach_day(self.now, self.group.zone) - RECENT
        often = ContactLine.objects.how_often_singly(self.group, since)
        items = Item.objects.active().named_in(language).order_by("position", "slug")
        return sorted(items, key=lambda item: -often.get(item.pk, 0))

    # --- What the page shows ---

    @property
    def kit_rows(self) -> list[Row]:
        return [self.row(name, kit.symbol, kit.summary) for name, kit in self.kits.items()]

    @property
    def item_rows(self) -> list[Row]:
        return [self.row(name, item.symbol) for name, item in list(self.items.items())[:SHOWN_AT_ONCE]]

    @property
    def more_item_rows(self) -> list[Row]:
        return [self.row(name, item.symbol) for name, item in list(self.items.items())[SHOWN_AT_ONCE:]]

    @property
    def is_more_open(self) -> bool:
        """Supplies further down stay in sight once something is counted, or wrong, there."""
        return any(row.errors or row.value for row in self.more_item_rows)

    @property
    def used_row(self) -> Row:
        return self.row("used_returned", "box")

    @property
    def others_row(self) -> Row:
        return self.row("others_reached", "users")

    @property
    def is_note_open(self) -> bool:
        return bool(self["note"].value() or self["note"].errors)

    @property
    def id_to_send(self) -> str:
        """The id this form came with; a new one when it had none, or one that cannot be saved."""
        try:
            known = self.fields["id"].clean(self["id"].value())
        except forms.ValidationError:
            known = None
        if known is None or not is_contact_id(known) or "id" in self.errors:
            known = new_contact_id(self.now)
        return str(known)

    @property
    def at_to_send(self) -> str:
        value = self["at"].value()
        try:
            moment = self.fields["at"].clean(value) if "at" not in self.errors else None
        except forms.ValidationError:
            moment = None
        return rounded(moment or self.now).isoformat()

    # --- What it means ---

    def clean_id(self) -> Any:
        return self.cleaned_data["id"] or new_contact_id(self.now)

    def clean_at(self) -> Any:
        return self.cleaned_data["at"] or self.now

    def facts(self) -> dict[str, Any]:
        """What `log_contact` takes."""
        cleaned = self.cleaned_data
        return {
            **{name: cleaned[name] for name in ContactForm.base_fields},
            "lines": {item: cleaned[name] for name, item in self.items.items() if cleaned[name]},
            "kits": {kit: cleaned[name] for name, kit in self.kits.items() if cleaned[name]},
        }
