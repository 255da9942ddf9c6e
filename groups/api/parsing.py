"""Reading what a program sent: strictly, so that nothing odd gets any further."""

import json
from typing import IO, Any

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

# Deeper than anything that is asked for here, and far from what would exhaust the reader.
DEEPEST = 8


class StrictJSONParser(BaseParser):
    """One JSON object in UTF-8. No field twice, no NaN, no number of a thousand digits, nothing nested out of sight."""

    media_type = "application/json"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> dict[str, Any]:
        try:
            content = json.loads(
                stream.read().decode("utf-8"), object_pairs_hook=_each_once, parse_constant=_no_such_number
            )
        except (ValueError, RecursionError) as error:
            raise ParseError(_("This is not JSON that can be read: one object, in UTF-8, no field twice.")) from error
        if not isinstance(content, dict) or _is_deeper(content, DEEPEST):
            raise ParseError(_("Send one JSON object."))
        return content


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a field twice")
    return found


def _no_such_number(name: str) -> None:
    raise ValueError(name)


def _is_deeper(value: Any, levels: int) -> bool:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return levels == 0 or any(_is_deeper(each, levels - 1) for each in inside if isinstance(each, dict | list))
