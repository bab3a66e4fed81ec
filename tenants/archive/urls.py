from django.urls import path

from tenants.archive import views

app_name = "archive"
urlpatterns = [path("<slug:job>.zip", views.export, name="export")]
