"""Forms of practices: a few prompts, a comment, and with whom to share."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from groups.forms.naming import WarnsOfNames
from groups.forms.words import EntryField, LineField, TextField
from groups.models import Group
from groups.models.practices import LINE, TEXTS, WORDS, Audience, Practice, Setting, SharedPractice


class PracticeForm(WarnsOfNames):
    looked_at = TEXTS

    title = LineField(label=_("In a few words"), max_length=LINE)
    what = TextField(label=_("What do we do?"), max_length=WORDS)
    when = TextField(label=_("When?"), max_length=WORDS, required=False)
    hard = TextField(label=_("What makes it hard?"), max_length=WORDS, required=False)
    changed = TextField(label=_("What did it change?"), max_length=WORDS, required=False)
    setting = forms.ChoiceField(
        label=_("Where"), choices=Setting, initial=Setting.ANYWHERE, help_text=_("A kind of place, never a place.")
    )
    entry = EntryField()

    @staticmethod
    def words_of(practice: Practice | SharedPractice) -> dict[str, Any]:
        return {**practice.texts, "setting": practice.setting}


class CommentForm(forms.Form):
    words = TextField(label=_("What do you think?"), max_length=WORDS)
    entry = EntryField()


class SharePracticeForm(WarnsOfNames):
    """The words of the practice itself are looked at once more: from here on others read them."""

    audience = forms.ChoiceField(label=_("Who may read it"), choices=Audience, widget=forms.RadioSelect)
    signed = forms.BooleanField(label=_("With the name of our group"), required=False)

    def __init__(self, *args: Any, group: Group, practice: Practice, **kwargs: Any) -> None:
        self.practice = practice
        super().__init__(*args, group=group, **kwargs)
        field = self.fields["audience"]
        assert isinstance(field, forms.ChoiceField)
        if group.network_id is None:
            field.choices = [(Audience.EVERYONE.value, Audience.EVERYONE.label)]
        self.initial.setdefault("audience", practice.shared.audience if practice.shared else field.choices[0][0])  # type: ignore[index]
        wants_to_be_seen = group.visibility != Group.Visibility.UNLISTED
        self.initial.setdefault("signed", bool(practice.shared.signed_as) if practice.shared else wants_to_be_seen)

    def _words_to_look_at(self) -> str:
        return "\n".join(self.practice.texts.values())
