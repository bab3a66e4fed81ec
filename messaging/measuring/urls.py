from django.urls import path

from messaging.measuring import views

urlpatterns = [
    path("i/<str:token>.gif", views.picture, name="measured_picture"),
    path("l/<str:token>/", views.link, name="measured_link"),
]
