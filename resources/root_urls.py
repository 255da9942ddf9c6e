"""Addresses that stand under no language."""

from django.urls import path

from resources import views

app_name = "front"
urlpatterns = [
    path("", views.front_door, name="front-door"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("robots.txt", views.robots, name="robots"),
    path("groups/<slug:slug>/practices/<uuid:pk>/grow/", views.draft_grow, name="draft-grow"),
    path("groups/<slug:slug>/drafts/", views.draft_list, name="draft-list"),
    path("groups/<slug:slug>/drafts/<uuid:pk>/", views.draft_edit, name="draft-edit"),
    path("groups/<slug:slug>/drafts/<uuid:pk>/remove/", views.draft_remove, name="draft-remove"),
]
