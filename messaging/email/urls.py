from django.urls import path

from messaging.email.views import public

urlpatterns = [
    path("desabonnement/<str:token>/", public.leave, name="unsubscribe"),
    path("voir/<str:token>/", public.view_in_browser, name="view_in_browser"),
]
