from django.urls import path

from sitebuilder.forms import views

urlpatterns = [path("inscription/", views.signup, name="signup")]
