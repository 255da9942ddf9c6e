from resources.actions.drafts import DraftOver, edit_draft, grow_guide, remove_draft
from resources.actions.guides import Text, publish_guide
from resources.actions.topics import write_topic

__all__ = [
    "DraftOver",
    "Text",
    "edit_draft",
    "grow_guide",
    "publish_guide",
    "remove_draft",
    "write_topic",
]
