"""Organisations and relations in the office, below /bureau/."""

from django.urls import path

from crm.relations.views import organisations, ties

app_name = "relations"
urlpatterns = [
    path("organisations/", organisations.index, name="organisations"),
    path("organisations/ajouter/", organisations.add, name="organisation_add"),
    path("organisations/<uuid:uuid>/", organisations.show, name="organisation"),
    path("organisations/<uuid:uuid>/modifier/", organisations.edit, name="organisation_edit"),
    path("organisations/<uuid:uuid>/fusion/", organisations.merge, name="organisation_merge"),
    path("organisations/<uuid:uuid>/fusion/<int:pk>/annulation/", organisations.part, name="organisation_part"),
    path("organisations/<uuid:uuid>/etiquettes/", organisations.tag, name="organisation_tag"),
    path("organisations/<uuid:uuid>/suppression/", organisations.delete, name="organisation_delete"),
    path("personnes/<uuid:uuid>/proches/", ties.relate, name="relate"),
    path("personnes/<uuid:uuid>/proches/retrait/", ties.unrelate, name="unrelate"),
    path("personnes/<uuid:uuid>/foyer/retrait/", ties.leave, name="leave"),
    path("personnes/<uuid:uuid>/organisations/", ties.affiliate, name="affiliate"),
    path("personnes/<uuid:uuid>/organisations/<int:pk>/retrait/", ties.disaffiliate, name="disaffiliate"),
]
