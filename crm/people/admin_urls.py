"""People in the office, below /bureau/personnes/."""

from django.urls import path

from crm.people.views import editing, lists, person, tags

app_name = "people"
urlpatterns = [
    path("", lists.index, name="list"),
    path("liens/", lists.relationships, name="relationships"),
    path("ajouter/", editing.add, name="add"),
    path("etiqueter/", lists.tag_people, name="tag_people"),
    path("colonnes/", lists.choose_columns, name="columns"),
    path("etiqueter/annuler/", lists.undo_tags, name="undo_tags"),
    path("etiquettes/", tags.index, name="tags"),
    path("etiquettes/ajouter/", tags.create, name="tag_create"),
    path("etiquettes/<int:pk>/", tags.change, name="tag_change"),
    path("etiquettes/<int:pk>/fusion/", tags.merge, name="tag_merge"),
    path("etiquettes/<int:pk>/suppression/", tags.delete, name="tag_delete"),
    path("<uuid:uuid>/", person.show, name="person"),
    path("<uuid:uuid>/historique/", person.history, name="history"),
    path("<uuid:uuid>/modifier/", editing.edit, name="edit"),
    path("<uuid:uuid>/accords/", editing.consent, name="consent"),
    path("<uuid:uuid>/retrait/", person.withdraw, name="withdraw"),
    path("<uuid:uuid>/notes/", person.note, name="note"),
    path("<uuid:uuid>/etiquettes/", person.tag, name="tag"),
    path("<uuid:uuid>/effacement/", editing.erase, name="erase"),
    path("<uuid:uuid>/effacement/annulation/", editing.keep, name="keep"),
]
