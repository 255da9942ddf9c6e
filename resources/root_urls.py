"""Addresses that stand under no language."""

from django.urls import path

from resources import views

app_name = "front"
urlpatterns = [
    path("", views.front_door, name="front-door"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("robots.txt", views.robots, name="robots"),
]
