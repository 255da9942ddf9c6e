"""How a group lets people in, and asking to be let in."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from groups.forms.memberships import standing_field
from groups.models import Group

MOST_QUESTIONS = 8
LONGEST_QUESTION = 120
LONGEST_ANSWER = 1000


class JoiningForm(forms.ModelForm[Group]):
    class Meta:
        model = Group
        fields = ("joining", "questions", "takes_sign_ups", "enough")
        widgets = {"joining": forms.RadioSelect, "questions": forms.Textarea(attrs={"rows": 4})}
        labels = {"enough": _("How many members are enough")}
        help_texts = {
            "questions": _("One question a line. Who asks to join reads them; only members read the answers."),
            "takes_sign_ups": _(
                "Only on a public page. Whoever comes this way sees nothing of the group until you let them in."
            ),
            "enough": _(
                "So many members together can let somebody in, or take the group on when nobody coordinates. "
                "Never more than half of those who are here, so that the group goes on when people leave."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["enough"] = forms.IntegerField(
            label=self.fields["enough"].label, help_text=self.fields["enough"].help_text, min_value=1, max_value=100
        )

    def clean_questions(self) -> str:
        questions = [" ".join(line.split()) for line in self.cleaned_data["questions"].splitlines() if line.strip()]
        if len(questions) > MOST_QUESTIONS:
            raise forms.ValidationError(_("At most eight questions: more keeps people away."))
        if any(len(question) > LONGEST_QUESTION for question in questions):
            raise forms.ValidationError(_("Keep each question under 120 letters."))
        return "\n".join(questions)


class ApplicationForm(forms.Form):
    """The group's own questions, and how the person stands."""

    def __init__(self, *args: Any, questions: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = questions
        for number, question in enumerate(questions):
            self.fields[f"answer_{number}"] = forms.CharField(
                label=question,
                max_length=LONGEST_ANSWER,
                required=False,
                widget=forms.Textarea(attrs={"rows": 3}),
            )
        self.fields["standing"] = standing_field()

    @property
    def answers(self) -> list[tuple[str, str]]:
        given = (self.cleaned_data[f"answer_{number}"].strip() for number in range(len(self.questions)))
        return [(question, answer) for question, answer in zip(self.questions, given, strict=True) if answer]
