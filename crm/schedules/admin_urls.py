"""Scheduled imports in the office, below /bureau/imports/programmes/."""

from django.urls import path

from crm.schedules.views import pages

app_name = "schedules"
urlpatterns = [
    path("", pages.index, name="list"),
    path("nouveau/", pages.new, name="new"),
    path("<int:pk>/", pages.page, name="page"),
    path("<int:pk>/modifier/", pages.change, name="change"),
    path("<int:pk>/maintenant/", pages.fetch_now, name="now"),
    path("<int:pk>/pause/", pages.pause, name="pause"),
    path("<int:pk>/reprise/", pages.resume, name="resume"),
    path("<int:pk>/suppression/", pages.delete, name="delete"),
]
