"""Celery: one worker, one beat, a static schedule. What must not be lost is an outbox row, never only a message."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hrplatform.settings")

app = Celery("hrplatform")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
