"""The bare address: to the first page, in the language the browser asks for."""

from django.urls import path

from resources import views

app_name = "entrance"
urlpatterns = [path("", views.entrance, name="entrance")]
