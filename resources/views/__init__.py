from resources.views.guides import guide_detail, guide_in_language, guide_list, topic_detail
from resources.views.pages import about, entrance, help_now, home, near
from resources.views.search import guide_search

__all__ = [
    "about",
    "entrance",
    "guide_detail",
    "guide_in_language",
    "guide_list",
    "guide_search",
    "help_now",
    "home",
    "near",
    "topic_detail",
]
