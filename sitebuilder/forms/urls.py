from django.urls import path

from sitebuilder.forms.views import confirming, signing_up

urlpatterns = [
    path("inscription/", signing_up.signup, name="signup"),
    path("inscription/attente/<uuid:uuid>/", confirming.waiting, name="signup_waiting"),
    path("inscription/confirmation/<str:token>/", confirming.confirmation, name="signup_confirmation"),
    path("inscription/plus-jamais/<str:token>/", confirming.refusal, name="signup_refusal"),
]
