"""Fields for words that people write."""

import unicodedata
import uuid
from typing import Any

from django import forms

# Joiners belong to Persian, Hindi and emoji. Every other invisible sign is left over from copying, or hides something.
_JOINERS = "\u200c\u200d"


def in_one_line(text: str) -> str:
    """As it is seen: line breaks become spaces, signs that nobody can see are left out. NUL stays, to be refused."""
    seen = "".join(_as_seen(letter) for letter in text).strip()
    return seen if seen.strip(_JOINERS) else ""


def _as_seen(letter: str) -> str:
    category = unicodedata.category(letter)
    if category in ("Cc", "Zl", "Zp") and letter != "\x00":
        return " "
    return "" if category == "Cf" and letter not in _JOINERS else letter


class LineField(forms.CharField):
    """A name or a title: one line, in which there is something to see."""

    def to_python(self, value: Any) -> str:
        text: str = super().to_python(value) or ""
        return in_one_line(text)


class TextField(forms.CharField):
    """Words of more than one line, without signs that nobody can see."""

    widget = forms.Textarea(attrs={"rows": 4})

    def to_python(self, value: Any) -> str:
        text: str = super().to_python(value) or ""
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        return "\n".join(in_one_line(line) if line.strip() else "" for line in lines).strip()


class EntryField(forms.UUIDField):
    """The number that a page gives what is written on it: pressed twice, it is written once (groups/entries.py)."""

    widget = forms.HiddenInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, initial=uuid.uuid4, **kwargs)

    def clean(self, value: Any) -> uuid.UUID:
        """A new one for a page that came without, or with something else."""
        try:
            return super().clean(value) or uuid.uuid4()
        except forms.ValidationError:
            return uuid.uuid4()
