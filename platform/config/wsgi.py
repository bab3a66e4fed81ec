"""WSGI entry point: granian config.wsgi:application."""

import os
import sys

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

from shared.garbage import collect_seldom  # noqa: E402 -- with what it is called with
from tenants.residency.starting import refuse_elsewhere  # noqa: E402 -- its models need the apps to be ready

refuse_elsewhere()
collect_seldom()
# A page that comes back from the database, thirty times, waits so long for another one that computes in Python.
sys.setswitchinterval(0.0005)
