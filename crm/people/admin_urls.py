"""People in the office, below /bureau/personnes/."""

from django.urls import path

from crm.people.views import editing, lists, notes, person, saved, tag_ends, tags

app_name = "people"
urlpatterns = [
    path("", lists.index, name="list"),
    path("liens/", lists.relationships, name="relationships"),
    path("ajouter/", editing.add, name="add"),
    path("etiqueter/", lists.tag_people, name="tag_people"),
    path("coches/", lists.go_on, name="go_on"),
    path("colonnes/", saved.columns, name="columns"),
    path("vues/", saved.index, name="views"),
    path("vues/ajouter/", saved.add, name="view_add"),
    path("vues/<int:pk>/", saved.change, name="view"),
    path("vues/<int:pk>/mise-a-jour/", saved.update, name="view_update"),
    path("vues/<int:pk>/suppression/", saved.delete, name="view_delete"),
    path("etiqueter/annuler/", lists.undo_tags, name="undo_tags"),
    path("etiquettes/", tags.index, name="tags"),
    path("etiquettes/ajouter/", tags.create, name="tag_create"),
    path("etiquettes/<int:pk>/", tags.change, name="tag_change"),
    path("etiquettes/<int:pk>/fusion/", tag_ends.merge, name="tag_merge"),
    path("etiquettes/<int:pk>/distincte/<int:other>/", tags.keep_apart, name="tags_apart"),
    path("etiquettes/<int:pk>/suppression/", tag_ends.delete, name="tag_delete"),
    path("etiquettes/inutilisees/", tag_ends.unused, name="tags_unused"),
    path("etiquettes/travaux/<uuid:uuid>/", tag_ends.run, name="tag_run"),
    path("etiquettes/groupes/ajouter/", tags.create_group, name="tag_group_create"),
    path("etiquettes/groupes/<int:pk>/", tags.change_group, name="tag_group_change"),
    path("etiquettes/groupes/<int:pk>/avant/", tags.move_group, name="tag_group_move"),
    path("etiquettes/groupes/<int:pk>/suppression/", tags.delete_group, name="tag_group_delete"),
    path("<uuid:uuid>/", person.show, name="person"),
    path("<uuid:uuid>/historique/", person.history, name="history"),
    path("<uuid:uuid>/consultations/", person.looks, name="looks"),
    path("<uuid:uuid>/consultations.csv", person.looks_file, name="looks_file"),
    path("<uuid:uuid>/modifier/", editing.edit, name="edit"),
    path("<uuid:uuid>/accords/", editing.consent, name="consent"),
    path("<uuid:uuid>/retrait/", person.withdraw, name="withdraw"),
    path("<uuid:uuid>/notes/", notes.add, name="note"),
    path("<uuid:uuid>/notes/<int:pk>/", notes.change, name="note_change"),
    path("<uuid:uuid>/notes/<int:pk>/suppression/", notes.delete, name="note_delete"),
    path("<uuid:uuid>/etiquettes/", person.tag, name="tag"),
    path("<uuid:uuid>/effacement/", editing.erase, name="erase"),
    path("<uuid:uuid>/effacement/annulation/", editing.keep, name="keep"),
]
