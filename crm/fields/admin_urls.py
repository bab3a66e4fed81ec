"""The campaign's own fields in the office, below /bureau/personnes/champs/."""

from django.urls import path

from crm.fields import views

app_name = "fields"
urlpatterns = [
    path("", views.index, name="index"),
    path("<int:pk>/", views.field, name="field"),
    path("<int:pk>/deplacement/", views.move, name="move"),
    path("<int:pk>/archive/", views.archive, name="archive"),
    path("<int:pk>/choix/", views.choice_create, name="choice_create"),
    path("choix/<int:pk>/", views.choice_change, name="choice_change"),
]
