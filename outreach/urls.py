from django.urls import path

from outreach.views import contacts, tonight, totals

app_name = "outreach"

urlpatterns = [
    path("tonight/", tonight.tonight, name="tonight"),
    path("groups/<slug:slug>/tonight/", tonight.group_tonight, name="group-tonight"),
    path("groups/<slug:slug>/contacts/log/", contacts.contact_log, name="contact-log"),
    path("groups/<slug:slug>/contacts/<uuid:pk>/undo/", contacts.contact_undo, name="contact-undo"),
    path("groups/<slug:slug>/month/", totals.month_totals, name="month-totals"),
]
