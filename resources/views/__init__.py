from resources.views.drafts import draft_edit, draft_grow, draft_list, draft_remove
from resources.views.front import favicon, front_door, robots
from resources.views.groups import near_group
from resources.views.guides import guide_detail, guide_in_language, guide_list, topic_detail
from resources.views.pages import about, help_now, home, near
from resources.views.search import guide_search

__all__ = [
    "about",
    "draft_edit",
    "draft_grow",
    "draft_list",
    "draft_remove",
    "favicon",
    "front_door",
    "guide_detail",
    "guide_in_language",
    "guide_list",
    "guide_search",
    "help_now",
    "home",
    "near",
    "near_group",
    "robots",
    "topic_detail",
]
