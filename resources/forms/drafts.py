"""Forms of guides that are being written."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from groups.forms.naming import WarnsOfNames
from groups.forms.words import LineField
from groups.models import Group, Practice
from resources.models import GuideTranslation, Topic
from resources.rendering import MAX_BODY


class GrowForm(WarnsOfNames):
    """Where the guide belongs, and whether it says who worked it out. The words are looked at once more."""

    topic = forms.ModelChoiceField(Topic.objects.none(), label=_("Topic"), empty_label=None)
    credited = forms.BooleanField(
        label=_("Say the name of our group in the guide"),
        help_text=_("Else it says: grown from a practice of a group."),
        required=False,
    )

    def __init__(self, *args: Any, group: Group, practice: Practice, **kwargs: Any) -> None:
        self.practice = practice
        super().__init__(*args, group=group, **kwargs)
        field = self.fields["topic"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Topic.objects.named_in(get_language() or group.language)
        field.label_from_instance = lambda topic: topic.name  # type: ignore[method-assign, assignment]
        self.initial.setdefault("credited", group.visibility == Group.Visibility.PUBLIC)

    def _words_to_look_at(self) -> str:
        return "\n".join(self.practice.texts.values())


class DraftForm(WarnsOfNames):
    looked_at = ("title", "summary", "body")

    title = LineField(label=_("Title"), max_length=120)
    summary = LineField(label=_("In one or two sentences"), max_length=300)
    body = forms.CharField(label=_("Text"), max_length=MAX_BODY, widget=forms.Textarea(attrs={"rows": 18}))

    @staticmethod
    def words_of(text: GuideTranslation) -> dict[str, str]:
        return {"title": text.title, "summary": text.summary, "body": text.body}
