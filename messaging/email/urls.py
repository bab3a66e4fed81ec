from django.urls import path

from messaging.email.views import agreeing, public

urlpatterns = [
    path("desabonnement/<str:token>/", public.leave, name="unsubscribe"),
    path("accord/<str:token>/", agreeing.agree, name="agree"),
    path("voir/<str:token>/", public.view_in_browser, name="view_in_browser"),
]
