from django.urls import path

from controlplane.operators import views

app_name = "operators"
urlpatterns = [
    path("second-facteur/", views.second_factor, name="second_factor"),
    path("second-facteur/installer/", views.enrolment, name="enrolment"),
    path("codes/", views.recovery_codes, name="recovery_codes"),
]
