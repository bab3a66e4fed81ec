from django.urls import path

from controlplane.lifecycle import views

urlpatterns = [  # below compte/<uuid>/, in the platform's own namespace
    path("adresse/", views.address, name="address"),
    path("domaines/", views.domain_add, name="domain_add"),
    path("domaines/<int:pk>/", views.domain, name="domain"),
    path("domaines/<int:pk>/verifier/", views.domain_check, name="domain_check"),
    path("domaines/<int:pk>/principal/", views.domain_prefer, name="domain_prefer"),
    path("domaines/<int:pk>/retirer/", views.domain_remove, name="domain_remove"),
    path("fermer/", views.close, name="close"),
    path("rouvrir/", views.reopen, name="reopen"),
    path("effacee/", views.erased, name="erased"),
    path("effacee/preuve.json", views.proof, name="proof"),
]
