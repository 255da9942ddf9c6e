"""Who tries links one after the other is stopped for a while: per source, as a hidden word, never per account.

The secrets in links have 130 bits, so no number of tries finds one. This keeps trying from costing anything, and holds
should a link ever have to be short.
"""

import time

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

# Links that were no good, from one source. Somebody with an old leaflet opens one a few times, not thirty times.
MOST_IN_AN_HOUR = 30
_AN_HOUR = 3600


def is_limited(request: HttpRequest) -> bool:
    """Whether this source has tried too many. Then a good link is not answered either, or it would stand out."""
    return int(cache.get(_key(request), 0)) >= MOST_IN_AN_HOUR


def count(request: HttpRequest) -> None:
    key = _key(request)
    cache.add(key, 0, _AN_HOUR)
    cache.incr(key)


def _key(request: HttpRequest) -> str:
    return f"links:{int(time.time() // _AN_HOUR)}:{get_adapter().get_client_ip(request)}"
