from django.contrib import admin
from django.db import transaction
from django.forms import BaseModelFormSet, ModelForm
from django.http import HttpRequest

from hrplatform import public_pages
from resources.models import Topic, TopicName


class TopicNames(admin.TabularInline[TopicName, Topic]):
    model = TopicName
    extra = 1


@admin.register(Topic)
class TopicAdmin(admin.ModelAdmin[Topic]):
    list_display = ("slug", "position")
    inlines = (TopicNames,)

    def save_related(
        self,
        request: HttpRequest,
        form: ModelForm[Topic],
        formsets: list[BaseModelFormSet[TopicName, ModelForm[TopicName]]],
        change: bool,
    ) -> None:
        super().save_related(request, form, formsets, change)
        transaction.on_commit(public_pages.mark_changed)
