"""The product's entry point without the proof of residency, which needs tenancy."""

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
