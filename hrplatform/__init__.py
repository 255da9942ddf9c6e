"""The project: settings, urls, celery, middleware, and the foundations that no domain owns."""

from hrplatform.celery import app as celery_app

__all__ = ["celery_app"]
