from resources.demonstration.loading import load, load_topics

__all__ = ["load", "load_topics"]
