from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path


def signup(request: HttpRequest) -> HttpResponse:
    raise Http404  # until crm.people is on main: sitebuilder.forms.views then takes over


urlpatterns = [path("inscription/", signup, name="signup")]
