from django.urls import path

from controlplane.jobs import views

urlpatterns = [  # below compte/<uuid>/travaux/, in the platform's own namespace
    path("<uuid:job_uuid>/", views.job, name="job"),
    path("<uuid:job_uuid>/avancement/", views.job_progress, name="job_progress"),
    path("<uuid:job_uuid>/reprendre/", views.job_retry, name="job_retry"),
]
