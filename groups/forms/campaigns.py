"""Forms of campaigns."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from groups.forms.naming import WarnsOfNames
from groups.forms.words import EntryField, LineField, TextField
from groups.models import Campaign, Group, RightsRecord, SharedCampaign
from groups.models.campaigns import State
from groups.models.practices import LINE, WORDS

_FURTHEST = timedelta(days=1095)
_OLDEST = date(1990, 1, 1)


class CampaignForm(forms.Form):
    title = LineField(label=_("Name"), max_length=LINE)
    demand = TextField(label=_("What we demand"), max_length=WORDS)
    target = LineField(label=_("Of whom"), max_length=200, required=False)
    allies = TextField(
        label=_("Who stands with us"), max_length=WORDS, required=False, help_text=_("This never leaves the group.")
    )
    state = forms.ChoiceField(label=_("Where it stands"), choices=State, initial=State.PLANNED)
    result = TextField(label=_("What came of it"), max_length=WORDS, required=False)
    entry = EntryField()

    @staticmethod
    def words_of(campaign: Campaign) -> dict[str, Any]:
        return {name: getattr(campaign, name) for name in ("title", "demand", "target", "allies", "state", "result")}


class CampaignActionForm(forms.Form):
    on = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    what = LineField(label=_("What we do"), max_length=200)
    entry = EntryField()

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if not _OLDEST <= on <= date.today() + _FURTHEST:
            raise forms.ValidationError(_("Choose a day in the past or in the next three years."))
        return on


class CampaignRecordsForm(forms.Form):
    """Only records whose person agreed can be chosen at all."""

    records = forms.ModelMultipleChoiceField(
        RightsRecord.objects.none(),
        label=_("Records behind this campaign"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        error_messages={"invalid_choice": _("One of these records may not be used any more. Please look once more.")},
    )

    def __init__(self, *args: Any, group: Group, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["records"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = RightsRecord.objects.filter(group=group).linkable().newest_first()
        field.label_from_instance = record_label  # type: ignore[method-assign, assignment]


def record_label(record: RightsRecord) -> str:
    """What a list of records says of one: no word of it."""
    return f"{record.get_violation_display()} · {record.get_actor_display()} · {record.month_in_words}"


class ShareCampaignForm(WarnsOfNames):
    audience = forms.ChoiceField(label=_("Who may read it"), choices=SharedCampaign.Audience, widget=forms.RadioSelect)
    says_records = forms.BooleanField(
        label=_("Say how many records stand behind it"),
        help_text=_("Never exactly: fewer than 5, or at least 5, 10, 15. Only records that may be counted."),
        required=False,
    )

    def __init__(self, *args: Any, group: Group, campaign: Campaign, words: list[str], **kwargs: Any) -> None:
        """`words`: all that others would read."""
        self.words = words
        super().__init__(*args, group=group, **kwargs)
        field = self.fields["audience"]
        assert isinstance(field, forms.ChoiceField)
        possible = {
            SharedCampaign.Audience.NETWORK: group.network_id is not None,
            SharedCampaign.Audience.PUBLIC: group.visibility == Group.Visibility.PUBLIC,
        }
        field.choices = [(each.value, each.label) for each, is_possible in possible.items() if is_possible]
        if campaign.shared:
            self.initial.setdefault("audience", campaign.shared.audience)
            self.initial.setdefault("says_records", campaign.shared.records is not None)

    @property
    def is_possible(self) -> bool:
        """Whether there is anybody to share with."""
        return bool(self.fields["audience"].choices)  # type: ignore[attr-defined]

    def _words_to_look_at(self) -> str:
        return "\n".join(self.words)
