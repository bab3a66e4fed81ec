"""Settings of the tests: the same product, with quick password hashes and files in a folder of their own."""

import tempfile

from config.settings import *  # noqa: F403 -- the tests run the product's own settings

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
MEDIA_ROOT = tempfile.mkdtemp(prefix="isoloir-media-")
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}  # noqa: F405 -- from settings
RATE_LIMIT_FACTOR = 0
