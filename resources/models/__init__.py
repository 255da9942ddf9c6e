from resources.models.guides import Guide, GuideTranslation, Source
from resources.models.topics import Topic, TopicName

__all__ = ["Guide", "GuideTranslation", "Source", "Topic", "TopicName"]
