from resources.actions.guides import Text, publish_guide
from resources.actions.topics import write_topic

__all__ = ["Text", "publish_guide", "write_topic"]
