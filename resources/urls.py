"""Addresses of the public pages. They stand under a language: /en/guides/, /ru/guides/."""

from django.urls import path, register_converter

from resources import views
from resources.languages import TAG_PATTERN


class LanguageTag:
    regex = TAG_PATTERN

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(LanguageTag, "language")

app_name = "resources"
urlpatterns = [
    path("", views.home, name="home"),
    path("help-now/", views.help_now, name="help-now"),
    path("near/", views.near, name="near"),
    path("near/<slug:slug>/", views.near_group, name="near-group"),
    path("about/", views.about, name="about"),
    path("guides/", views.guide_list, name="guide-list"),
    path("guides/search/", views.guide_search, name="guide-search"),
    path("guides/topics/<slug:slug>/", views.topic_detail, name="topic-detail"),
    path("guides/<slug:slug>/", views.guide_detail, name="guide-detail"),
    path("guides/<slug:slug>/<language:language>/", views.guide_in_language, name="guide-in-language"),
]
