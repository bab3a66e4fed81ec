from django.urls import path

from controlplane.archives import views

urlpatterns = [  # below compte/<uuid>/donnees/, in the platform's own namespace
    path("", views.data, name="data"),
    path("region/", views.agreement, name="agreement"),
    path("<uuid:job_uuid>/", views.take, name="take_export"),
]
