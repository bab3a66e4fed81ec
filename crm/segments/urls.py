from django.urls import path

from crm.segments.views import building, keeping, lists

app_name = "segments"
urlpatterns = [
    path("", keeping.list_segments, name="list"),
    path("nouveau/", building.add_segment, name="add"),
    path("compte/", building.count_draft, name="count"),
    path("suggestions/", building.suggest_entries, name="suggest"),
    path("listes/", lists.show_lists, name="people_lists"),
    path("listes/<int:list_id>/suppression/", lists.delete_list, name="delete_list"),
    path("listes/<uuid:uuid>/suppression/", lists.show_unlisting, name="unlisting"),
    path("listes/<uuid:uuid>/", keeping.show_freezing, name="freezing"),
    path("<int:segment_id>/", building.show_segment, name="segment"),
    path("<int:segment_id>/copie/", keeping.duplicate_segment, name="duplicate"),
    path("<int:segment_id>/suppression/", keeping.delete_segment, name="delete"),
    path("<int:segment_id>/liste/", keeping.freeze_segment, name="freeze"),
    path("<int:segment_id>/archive/", keeping.archive_segment, name="archive"),
    path("<int:segment_id>/historique/", keeping.show_history, name="history"),
]
