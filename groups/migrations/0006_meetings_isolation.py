"""Agenda, attendance, action items and turns are their group's alone."""

from django.db import migrations

from hrplatform.isolation import Isolate


class Migration(migrations.Migration):
    dependencies = [("groups", "0005_meetings_complete")]

    operations = [
        Isolate("agendaitem"),
        Isolate("agendasupport"),
        Isolate("attendance"),
        Isolate("codetries"),
        Isolate("actionitem"),
        Isolate("rotaplace"),
        Isolate("turn"),
    ]
