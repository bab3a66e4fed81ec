from django.urls import path

from crm.segments import views

app_name = "segments"
urlpatterns = [
    path("", views.list_segments, name="list"),
    path("nouveau/", views.add_segment, name="add"),
    path("compte/", views.count_draft, name="count"),
    path("suggestions/", views.suggest_entries, name="suggest"),
    path("<int:segment_id>/", views.show_segment, name="segment"),
    path("<int:segment_id>/copie/", views.duplicate_segment, name="duplicate"),
    path("<int:segment_id>/suppression/", views.delete_segment, name="delete"),
    path("<int:segment_id>/historique/", views.show_history, name="history"),
]
