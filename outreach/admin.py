"""The catalogue, for the operator. Groups' records are never here."""

from django.contrib import admin
from django.http import HttpRequest

from outreach.models import Item, ItemName


class ItemNameInline(admin.TabularInline[ItemName, Item]):
    model = ItemName
    extra = 0


@admin.register(Item)
class ItemAdmin(admin.ModelAdmin[Item]):
    list_display = ("slug", "category", "unit", "syringes_per_unit", "doses_per_unit", "position", "is_active")
    list_filter = ("category", "is_active")
    ordering = ("position", "slug")
    inlines = (ItemNameInline,)

    def has_delete_permission(self, request: HttpRequest, obj: Item | None = None) -> bool:
        """Old contacts still count it, and the operator cannot see whose: take it out of use instead."""
        return False
