"""Finding guides by words, with PostgreSQL's full-text search in each text's own language.

This PostgreSQL has no `unaccent`, so accents are folded here, on both sides. A text is kept in three forms: by the
stemmer of its language as written, the same with accents folded, and word by word. So "inyeccion" finds "inyección",
"вены" finds "вена", and the beginning of a word finds the word.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import add

from django.contrib.postgres.search import SearchQuery, SearchQueryCombinable, SearchRank, SearchVector
from django.db.models import Case, F, FloatField, Func, IntegerField, Q, Value, When
from django.db.models.expressions import Combinable
from django.db.models.lookups import GreaterThan

from resources.languages import PLAIN, Language

# More than anyone types; enough that nothing one pastes costs the database much.
MAX_WORDS = 12
MAX_LETTERS = 40

# Letters that Arabic and Persian keyboards write differently.
_SAME_LETTERS = str.maketrans({"ي": "ی", "ى": "ی", "ك": "ک", "ة": "ه", "\u200c": " "})


def fold(text: str) -> str:
    """Small letters without accents: what somebody without the right keyboard would type.

    й stays what it is: to Russian it is a letter of its own, and endings hang on it. ё becomes е, as it is written.
    """
    parts = unicodedata.normalize("NFKD", text.casefold()).replace("и\u0306", "й")
    bare = "".join(letter for letter in parts if not unicodedata.combining(letter))
    return bare.translate(_SAME_LETTERS)


def vector(*, title: str, summary: str, body: str, language: Language) -> Combinable:
    """What is kept of a text for the search: the title weighs most, then the summary, then the rest."""
    forms = [
        SearchVector(Value(form), weight=weight, config=config)
        for text, weight in ((title, "A"), (summary, "B"), (body, "C"))
        for form, config in ((text, language.stemmer), (fold(text), language.stemmer), (fold(text), PLAIN))
    ]
    whole: Combinable = reduce(add, forms)
    return whole


@dataclass(frozen=True)
class Question:
    """What somebody wants to find. Signs and operators count as spaces: no input can be wrong."""

    words: tuple[str, ...]
    languages: tuple[Language, ...]

    @classmethod
    def of(cls, text: str, languages: Iterable[str]) -> "Question":
        """The first words of a text, to be looked for in these languages."""
        composed = unicodedata.normalize("NFC", text[: MAX_WORDS * MAX_LETTERS * 2])
        letters = "".join(each if unicodedata.category(each)[0] in "LMN" else " " for each in composed)
        words = tuple(word[:MAX_LETTERS] for word in letters.split()[:MAX_WORDS])
        return cls(words, tuple(Language(tag) for tag in languages))

    def condition(self) -> Q:
        """Which rows answer. Words that carry no meaning by themselves, like "the", find nothing alone."""
        found = Q(pk__in=[])
        for language in self.languages if self.words else ():
            stems = _stems(self.words, language.stemmer)
            has_stems = GreaterThan(Func(stems, function="numnode", output_field=IntegerField()), 0)
            found |= Q(has_stems, language=language.tag, search=self._query(language.stemmer))
        return found

    def rank(self) -> Case:
        return Case(
            *(
                When(language=language.tag, then=SearchRank(F("search"), self._query(language.stemmer)))
                for language in self.languages
                if self.words
            ),
            default=Value(0.0),
            output_field=FloatField(),
        )

    def _query(self, stemmer: str) -> SearchQueryCombinable:
        """Every word, and the last one also as the beginning of a longer word."""
        *whole, last = self.words
        begun: SearchQueryCombinable = _stems((last,), stemmer) | _raw(f"'{fold(last)}':*", PLAIN)
        return _stems(tuple(whole), stemmer) & begun if whole else begun


def _stems(words: tuple[str, ...], stemmer: str) -> SearchQuery:
    # Words hold letters, marks and digits only, so quoting them is safe.
    return _raw(" & ".join(f"('{word}' | '{fold(word)}')" for word in words), stemmer)


def _raw(query: str, config: str) -> SearchQuery:
    return SearchQuery(query, config=config, search_type="raw")
