"""The product's settings at a later version: one app's migrations with more of them (FLEET_MIGRATIONS), and no page cache."""

import os

from config.settings import *  # noqa: F403 -- the product's own settings

MIDDLEWARE = [name for name in MIDDLEWARE if "PageCache" not in name]  # noqa: F405 -- from the product's settings
if package := os.environ.get("FLEET_MIGRATIONS"):
    MIGRATION_MODULES = {"segments": package}
