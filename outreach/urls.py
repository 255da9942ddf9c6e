from django.urls import path

from outreach.views import contacts, kits, sites, supplies, tonight, totals

app_name = "outreach"

urlpatterns = [
    path("tonight/", tonight.tonight, name="tonight"),
    path("groups/<slug:slug>/tonight/", tonight.group_tonight, name="group-tonight"),
    path("groups/<slug:slug>/contacts/log/", contacts.contact_log, name="contact-log"),
    path("groups/<slug:slug>/contacts/<uuid:pk>/undo/", contacts.contact_undo, name="contact-undo"),
    path("groups/<slug:slug>/month/", totals.month_totals, name="month-totals"),
    path("groups/<slug:slug>/supplies/", supplies.supplies, name="supplies"),
    path("groups/<slug:slug>/kits/new/", kits.kit_make, name="kit-make"),
    path("groups/<slug:slug>/kits/<uuid:pk>/", kits.kit_change, name="kit-change"),
    path("groups/<slug:slug>/sites/new/", sites.site_make, name="site-make"),
    path("groups/<slug:slug>/sites/<uuid:pk>/", sites.site_change, name="site-change"),
]
