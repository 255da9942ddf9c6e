"""Words in a text that may name a person or a place: shown to whoever wrote it, before others read it.

A plain list of patterns, in the four languages, on this machine. It warns and never blocks: it cannot know that Rose
is a flower here. And it misses: a name at the start of a sentence, one without a capital, one it has no pattern for.
"""

import re
from collections.abc import Iterable, Iterator

# More would not be read.
MOST_SHOWN = 20

_TOKEN = re.compile(r"[^\W\d_][\w'’-]*")
# After one of these a sentence, a line or something quoted begins: a capital there means nothing.
_BEGINNING = re.compile(r"(?:\A|[.!?…:;\n\r«»\"“”„()¿¡•*#>|]|(?:^|\n)\s*(?:[-–—]|\d+[.)]))\s*[«\"“„'‘(¿¡-]*\Z")

# Written with a capital though nobody is named: days, months, languages, the polite "you", and whoever speaks after
# a dash.
_CAPITALISED = frozenset(
    re.findall(
        r"\S+",
        """
        i i'm i'd i'll i've monday tuesday wednesday thursday friday saturday sunday january february march
        april may june
        july august september october november december english spanish dutch russian narcan naloxone nyxoid christmas
        easter ramadan mr mrs ok ud uds usted ustedes u uw вы вас вам вами ваш ваша ваше ваши вашего вашей вашу
        we he she they it мы он она они оно это но
        """,
    )
)

_STREET = re.compile(
    r"""
    \b\d{1,5}[a-z]?\s+(?:[\w'’.-]+\s+){0,3}?
      (?:street|st|avenue|ave|road|rd|lane|boulevard|blvd|drive|square|court)\b\.?
    | \b(?:[\w'’-]+\s+)(?:street|avenue|boulevard|road)\b
    | \b(?:calle|avenida|av\.|avda\.?|pasaje|bulevar|esquina)
      \s+(?!(?:de|con|y|a|en|que|es|o)\b)[\w'’.-]+(?:\s+[\w'’.-]+)?
      (?:\s+\d{1,5})?
    | \b\w{3,}(?:straat|laan|plein|gracht|kade|singel|steeg|dijk|weg)\s+\d{1,4}[a-z]?\b
    | \b\w{3,}(?:straat|gracht|singel|steeg)\b
    | \b(?:ул\.|улиц[аеуы]|пр-т|проспект[еа]?|пер\.|переулк\w*|переулок|бульвар\w*|шоссе|мкр\.?|микрорайон\w*)
      \s+[\w-]+(?:,?\s*(?:д\.\s*)?\d{1,4}\w?)?
    | \b(?:дом|д\.|квартира|кв\.)\s*\d{1,4}\w?\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
# Words that end like a Dutch street and are none.
_NO_STREET = frozenset({"onderweg", "snelweg", "overweg", "vanweg"})
_E_MAIL = re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_LINK = re.compile(r"(?:https?://|www\.|\bt\.me/)\S+", re.IGNORECASE)
_AT_HANDLE = re.compile(r"(?<![\w.])@\w{3,}")
_PHONE = re.compile(r"(?<![\w.])\+?\(?\d[\d\s().-]{5,}\d(?!\w)")
_DATE = re.compile(r"\A(?:\d{4}-\d\d?-\d\d?|\d\d?[./-]\d\d?[./-]\d{2,4})\Z")
_POSTCODE = re.compile(
    r"\b(?:\d{4}\s?[A-Z]{2}|[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2}|[A-Z]\d{4}[A-Z]{3}|\d{5}-\d{4}|\d{6}|\d{5})\b"
)
_PATTERNS = (_E_MAIL, _LINK, _AT_HANDLE, _STREET, _POSTCODE)

# Parts of an area's name that say nothing by themselves.
_EVERYWHERE = frozenset(
    re.findall(
        r"\S+",
        """
        lower upper east west north south side city town centre center area street near this that with from and the
        zona norte este oeste centro barrio ciudad calle noord oost zuid centrum wijk stad
        город района район центр север запад восток область
        """,
    )
)
_LEAST_OF_AN_AREA = 4


def words_that_may_identify(text: str, *, handles: Iterable[str] = (), area: str = "") -> list[str]:
    """The words that may lead to someone, in the order of the text, each once, MOST_SHOWN at most.

    `handles`: of the members of the group. `area`: what the group says of where it is.
    """
    found = [*_by_pattern(text), *_phones(text), *_names(text), *_handles(text, handles), *_area_words(text, area)]
    found.sort(key=lambda each: (each[0], -len(each[1])))
    shown: dict[str, str] = {}
    end = -1
    for start, words in found:
        if start >= end:  # what lies inside something longer is part of it
            shown.setdefault(words.casefold(), words)
            end = start + len(words)
    return list(shown.values())[:MOST_SHOWN]


def _by_pattern(text: str) -> Iterator[tuple[int, str]]:
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            words = match[0].strip(" .,")
            if words.casefold().split()[0] not in _NO_STREET:
                yield match.start(), words


def _phones(text: str) -> Iterator[tuple[int, str]]:
    for match in _PHONE.finditer(text):
        digits = sum(letter.isdigit() for letter in match[0])
        if 7 <= digits <= 15 and not _DATE.match(match[0]):
            yield match.start(), match[0].strip()


def _names(text: str) -> Iterator[tuple[int, str]]:
    """Capitals inside a sentence, joined where two stand together. Short words in capitals alone are abbreviations."""
    start, end = -1, -1
    for match in _TOKEN.finditer(text):
        word = match[0]
        is_name = word[0].isupper() and not word.isupper() and word.casefold().replace("’", "'") not in _CAPITALISED
        follows_name = start >= 0 and not text[end : match.start()].strip(" ")
        if is_name and (follows_name or not _BEGINNING.search(text[max(0, match.start() - 12) : match.start()])):
            start, end = (start if follows_name else match.start()), match.end()
            if not _continues(text, end):
                yield start, text[start:end]
                start = -1
        elif start >= 0:
            yield start, text[start:end]
            start = -1


def _continues(text: str, end: int) -> bool:
    """Whether another capitalised word follows at once, with a space between."""
    following = re.match(r" [^\W\d_]", text[end : end + 2])
    return bool(following) and text[end + 1].isupper()


def _handles(text: str, handles: Iterable[str]) -> Iterator[tuple[int, str]]:
    names = sorted({handle for handle in handles if len(handle) > 2}, key=len, reverse=True)
    if names:
        either = "|".join(re.escape(name) for name in names)
        yield from ((match.start(), match[0]) for match in re.finditer(rf"(?<!\w)(?:{either})(?!\w)", text, re.I))


def _area_words(text: str, area: str) -> Iterator[tuple[int, str]]:
    """Words of the area's name, also with another ending: Бишкек, в Бишкеке."""
    for word in {each.casefold() for each in re.findall(r"[^\W\d_]+", area)} - _EVERYWHERE:
        if len(word) >= _LEAST_OF_AN_AREA:
            stem = word[:-1] if word[-1] in "аеиоуыэюяйь" else word
            ending = r"\w{0,3}" if re.search(r"[а-яё]", word) else "(?:'?s)?"
            yield from ((each.start(), each[0]) for each in re.finditer(rf"\b{re.escape(stem)}{ending}\b", text, re.I))
