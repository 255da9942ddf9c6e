"""What there is to know about a language tag: its own name, its direction, its stemmer in PostgreSQL."""

from dataclasses import dataclass

from django.conf import settings
from django.core.validators import RegexValidator
from django.utils import translation
from django.utils.translation import gettext_lazy as _

# The part of BCP 47 that guides need: language, and script or region after a hyphen.
TAG_PATTERN = r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,2}"
validate_tag = RegexValidator(rf"\A{TAG_PATTERN}\Z", _("Write the language as a short tag, such as en or pt-BR."))

_RIGHT_TO_LEFT = frozenset(("ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"))

# The stemmers that PostgreSQL brings. Any other language is searched word by word, as written.
_STEMMERS = {
    "ar": "arabic",
    "ca": "catalan",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "eu": "basque",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "ne": "nepali",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}
PLAIN = "simple"


@dataclass(frozen=True)
class Language:
    """A language by its tag, such as `fa` or `pt-BR`."""

    tag: str

    @property
    def base(self) -> str:
        return self.tag.split("-", 1)[0].lower()

    @property
    def own_name(self) -> str:
        """The name its speakers use; the bare tag where nobody told us."""
        try:
            return str(translation.get_language_info(self.tag.lower())["name_local"]).capitalize()
        except KeyError:
            return self.tag

    @property
    def direction(self) -> str:
        return "rtl" if self.base in _RIGHT_TO_LEFT else "ltr"

    @property
    def stemmer(self) -> str:
        return _STEMMERS.get(self.base, PLAIN)

    @property
    def is_of_interface(self) -> bool:
        """Whether pages speak it: then the guide has an address in that language."""
        return self.tag in dict(settings.LANGUAGES)
