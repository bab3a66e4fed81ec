from django.urls import path

from controlplane.support import views

console_patterns = [path("campagnes/<int:pk>/assistance/", views.enter, name="enter")]
urlpatterns = [  # below compte/<uuid>/assistance/, in the platform's own namespace
    path("", views.grants, name="support"),
    path("<uuid:grant>/retirer/", views.revoke, name="support_revoke"),
]
