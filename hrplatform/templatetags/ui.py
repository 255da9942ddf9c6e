"""Template tags of the design language: icons, callouts, and small values that markup needs."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from hrplatform import charts
from hrplatform.charts import Bar
from hrplatform.days import day_in_words

register = template.Library()

# Icons that point somewhere turn around in right-to-left pages.
POINTING = frozenset({"arrow-left", "arrow-right", "chevron-right", "log-out", "undo-2"})

# What a visitor's page may show: these few travel with the first view of a guide, all others wait in a second sprite.
FOR_VISITORS = frozenset(
    {
        "arrow-left",
        "arrow-right",
        "check",
        "circle-alert",
        "circle-check",
        "clock",
        "house",
        "info",
        "key-round",
        "lamp",
        "languages",
        "log-out",
        "map-pin",
        "printer",
        "search",
        "shield-check",
        "siren",
        "triangle-alert",
        "undo-2",
    }
)

# The words above a guide's block; the sign before them is drawn by the style sheet.
BLOCK_TITLES: Mapping[str, str | Promise] = {
    "now": gettext_lazy("Danger to life: do this now"),
    "warning": gettext_lazy("Watch out"),
    "steps": gettext_lazy("Step by step"),
    "do": gettext_lazy("This helps"),
    "avoid": gettext_lazy("Better leave out"),
}


@register.simple_tag
def icon(name: str) -> SafeString:
    """A symbol from one of the two sprites. It is decoration: the word beside it carries the meaning."""
    return format_html(
        '<svg class="icon{}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        " flip" if name in POINTING else "",
        static("icons.svg" if name in FOR_VISITORS else "icons-members.svg"),
        name,
    )


@register.simple_block_tag
def callout(content: str, kind: str, title: str = "") -> SafeString:
    """A block of a guide or page: now, warning, steps, do or avoid."""
    return format_html(
        '<div class="block-{}"><p class="block-title">{}</p>{}</div>',
        kind,
        title or BLOCK_TITLES[kind],
        content,
    )


@register.simple_block_tag(takes_context=True)
def places(context: Context, content: str) -> SafeString:
    """The four places, with the one named by the content marked as the current one."""
    values = cast(dict[str, Any], context.flatten())
    return render_to_string("ui/_places.html", values | {"place": content.strip()})


@register.filter(name="day_in_words", expects_localtime=True)
def _day_in_words(moment: datetime) -> str:
    return day_in_words(moment)


@register.filter
def as_json(value: object) -> str:
    """JSON for a data attribute; the template escapes it."""
    return json.dumps(value, separators=(",", ":"))


@register.filter
def unlocalized(number: float) -> str:
    """A number in a drawing: with a dot, whatever the language writes."""
    return f"{number:g}"


@register.simple_tag
def bar_chart(title: str, bars: Sequence[Bar], most: int) -> SafeString:
    """Bars with their values on them. Put the same numbers into a table beside it. `most`: the value at full height."""
    return render_to_string(
        "ui/_bar_chart.html",
        {
            "title": title,
            "placed": charts.place(bars, most),
            "spoken": ", ".join(f"{bar.label} {bar.words}" for bar in bars),
            "width": charts.WIDTH,
            "height": charts.HEIGHT,
            "base": charts.HEIGHT - charts.FOOT,
            "foot": charts.HEIGHT - 6,
        },
    )
