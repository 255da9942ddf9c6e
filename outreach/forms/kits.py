"""The form of a kit: its name, how many of each thing are in it, and its symbol."""

from itertools import groupby
from typing import Any

from django import forms
from django.db.models import Q
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from groups.forms.words import LineField
from hrplatform.templatetags.ui import icon
from outreach.actions.kits import MOST_OF_ONE_KIND
from outreach.forms.counting import CountField, CountingForm, Row
from outreach.models import Item, Kit
from outreach.models.catalogue import FALLBACK_LANGUAGE

_SYMBOLS = (
    ("package", _("a bit of everything")),
    ("syringe", Item.Category.INJECTION.label),
    ("pipe", Item.Category.INHALATION.label),
    ("lungs", Item.Category.NALOXONE.label),
    ("strip", Item.Category.TESTING_STRIPS.label),
    ("bandage", Item.Category.WOUND_CARE.label),
    ("heart", Item.Category.SAFER_SEX.label),
)


def symbol_choices() -> list[tuple[str, SafeString]]:
    return [(symbol, format_html("{} {}", icon(symbol), words)) for symbol, words in _SYMBOLS]


class KitForm(CountingForm):
    name = LineField(
        label=_("Name"), help_text=_("Short, so that it is found at a glance when logging."), max_length=40
    )
    symbol = forms.ChoiceField(
        label=_("Symbol"), choices=symbol_choices, widget=forms.RadioSelect, required=False, initial="package"
    )

    def __init__(
        self, *, kit: Kit | None = None, data: QueryDict | None = None, typed: QueryDict | None = None
    ) -> None:
        """`data`: a form to save. `typed`: a form on which a number was stepped: shown again, not judged yet."""
        self.inside = {line.item_id: line.quantity for line in kit.lines.all()} if kit else {}
        super().__init__(data, initial={"name": kit.name, "symbol": kit.symbol} if kit else None)
        # What the operator took out of the catalogue stays in the kits it is in, until somebody takes it out there.
        items = Item.objects.filter(Q(is_active=True) | Q(pk__in=self.inside))
        named = items.named_in(get_language() or FALLBACK_LANGUAGE).order_by("position", "slug")
        self.items = {f"item_{item.slug}": item for item in named}
        for name, item in self.items.items():
            self.fields[name] = CountField(label=item.shown_name, most=MOST_OF_ONE_KIND)
            self.initial[name] = self.inside.get(item.pk, 0)
        if typed is not None:
            self.show_stepped(typed)

    @property
    def rows_inside(self) -> list[Row]:
        """What is in the kit as it was saved: a row does not move while one counts."""
        return [self.row(name, item.symbol) for name, item in self.items.items() if item.pk in self.inside]

    @property
    def rows_by_category(self) -> list[tuple[str, list[Row]]]:
        """Everything else, in the order of the catalogue."""
        others = [(name, item) for name, item in self.items.items() if item.pk not in self.inside]
        return [
            (str(Item.Category(category).label), [self.row(name, item.symbol) for name, item in found])
            for category, found in groupby(others, key=lambda other: other[1].category)
        ]

    @property
    def is_more_open(self) -> bool:
        """Things further down stay in sight once something is counted, or wrong, there."""
        return any(row.errors or row.value for _category, rows in self.rows_by_category for row in rows)

    def facts(self) -> dict[str, Any]:
        """What `make_kit` and `change_kit` take. The symbol is left out when none was chosen."""
        cleaned = self.cleaned_data
        contents = {item: cleaned[name] for name, item in self.items.items() if cleaned[name]}
        symbol = {"symbol": cleaned["symbol"]} if cleaned["symbol"] else {}
        return {"name": cleaned["name"], "contents": contents, **symbol}
