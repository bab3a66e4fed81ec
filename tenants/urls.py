from django.urls import path

from tenants import views

app_name = "tenants"
urlpatterns = [path("<path:name>", views.media, name="media")]
