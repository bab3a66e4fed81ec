"""Duplicates in the office, below /bureau/doublons/."""

from django.urls import path

from crm.duplicates.views import overview, review

app_name = "duplicates"
urlpatterns = [
    path("", overview.index, name="index"),
    path("recherche/", overview.search, name="search"),
    path("certains/", overview.merge_certain, name="certain"),
    path("fusions/<uuid:uuid>/", overview.run_report, name="run"),
    path("fusions/<uuid:uuid>/annulation/", overview.undo, name="undo"),
    path("examen/", review.start, name="start"),
    path("examen/<int:pk>/", review.review, name="pair"),
    path("examen/<int:pk>/reprise/", review.reopen, name="reopen"),
    path("separation/<int:pk>/", review.part, name="part"),
]
