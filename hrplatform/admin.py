from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from hrplatform.models import InstanceSettings


@admin.register(InstanceSettings)
class InstanceSettingsAdmin(admin.ModelAdmin[InstanceSettings]):
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return not InstanceSettings.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: InstanceSettings | None = None) -> bool:
        return False
