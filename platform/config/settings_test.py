"""Settings of the tests: the same product, with quick password hashes, caches in the process and files of their own."""

import os
import tempfile
from pathlib import Path

from config.settings import *  # noqa: F403 -- the tests run the product's own settings

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
MEDIA_ROOT = os.environ.get("MEDIA_ROOT") or tempfile.mkdtemp(prefix="isoloir-media-")
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}  # noqa: F405 -- from settings
CACHES = {
    **CACHES,  # noqa: F405 -- from settings
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "default",
        "KEY_FUNCTION": "tenants.cache.make_key",
    },
}
CELERY_BROKER_URL = "memory://"
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
Path(STATIC_ROOT).mkdir(parents=True, exist_ok=True)  # noqa: F405 -- from settings
TEMPLATE_FOLDER = ""  # but for the database that all tests copy, and for whole products that tests start
RATE_LIMIT_FACTOR = 0
