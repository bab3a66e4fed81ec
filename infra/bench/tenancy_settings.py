"""The product's settings around one small view: with tenancy (BENCH_TENANCY=1), or the same without it."""

import os

from config.settings import *  # noqa: F403 -- the product's own settings

WITH_TENANCY = os.environ["BENCH_TENANCY"] == "1"
ROOT_URLCONF = PUBLIC_SCHEMA_URLCONF = "tenancy_view"
# CommonMiddleware gives answers their length: without it they come in chunks.
MIDDLEWARE = [
    *(["tenants.middleware.TenantMiddleware"] if WITH_TENANCY else []),
    "django.middleware.common.CommonMiddleware",
]
if not WITH_TENANCY:
    DATABASES = {
        "default": {
            **DATABASES["default"],  # noqa: F405 -- from the product's settings
            "ENGINE": "django.db.backends.postgresql",
            "OPTIONS": {**DATABASES["default"]["OPTIONS"], "options": "-c search_path=public,extensions"},  # noqa: F405 -- from the product's settings
        }
    }
