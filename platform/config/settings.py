"""One settings file, all from the environment (docs/configuration.md). Starts with no variable set in development."""

import os
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF, UNSAFE_INLINE
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from kombu import Queue

from config.env import env_bool, env_choice, env_database, env_int, env_list, env_secret, env_str, read_variables
from config.queues import LONG_TASKS, queues_of
from config.schedule import schedule_for

BASE_DIR = Path(__file__).resolve().parents[2]
VAR_DIR = Path(env_str("VAR_DIR", str(BASE_DIR / "var")))

# --- what this process is -------------------------------------------------------------------------------------------
ROLE = env_choice("ISOLOIR_ROLE", "all", ("all", "control", "cell"))
CELL = env_str("ISOLOIR_CELL", "fr-1")
REGION = env_str("ISOLOIR_REGION", "fr")
# Where this machine stands: the place of every store on the loopback, a socket or a disk of it.
MACHINE = {
    "country": env_str("MACHINE_COUNTRY"),
    "place": env_str("MACHINE_PLACE"),
    "operator": env_str("MACHINE_OPERATOR"),
}
# Signs the certificates of residency; without both, a trial key is made in var/, and none is issued in production.
CERTIFICATE_KEY = env_secret("CERTIFICATE_KEY")
CERTIFICATE_CHAIN = env_secret("CERTIFICATE_CHAIN")
RESIDENCY_PROVIDERS = env_str("RESIDENCY_PROVIDERS")  # the operator's own list of places, beside the product's
DEBUG = env_bool("DEBUG", default=False)
PRODUCTION = env_bool("PRODUCTION", default=False)
DEVELOPMENT_KEY = "development-only-not-a-secret-0123456789abcdef"
SECRET_KEY = env_secret("SECRET_KEY", DEVELOPMENT_KEY)
if PRODUCTION and SECRET_KEY == DEVELOPMENT_KEY:
    raise ImproperlyConfigured("SECRET_KEY must be set in production")
# Sessions and links signed with a former key still hold: the way to a new one (infra/runbooks/rotate-keys.md).
SECRET_KEY_FALLBACKS = [key.strip() for key in env_secret("SECRET_KEY_FALLBACKS").split(",") if key.strip()]
# What is kept for years hangs on this one: suppression lists, links in mails, DKIM keys. The same in every cell, and it stays.
LASTING_KEY = env_secret("LASTING_KEY", SECRET_KEY)
# The control plane's own; a cell has one made from it, for itself alone (tenants.keys, `manage.py add_cell`).
BUS_KEY = env_secret("BUS_KEY", SECRET_KEY)
BUS_KEY_FALLBACK = env_secret("BUS_KEY_FALLBACK")  # of a cell, while the control plane takes a new one
# The broker between them, when they are apart. Empty: they share one.
BUS_URL = env_secret("BUS_URL")

# --- addresses ------------------------------------------------------------------------------------------------------
PLATFORM_HOST = env_str("PLATFORM_HOST", "isoloir.localhost")
PLATFORM_SCHEME = env_choice("PLATFORM_SCHEME", "https" if PRODUCTION else "http", ("http", "https"))
PLATFORM_PORT = env_str("PLATFORM_PORT", "" if PRODUCTION else "8000")
ALLOWED_HOSTS = ["*"]  # the tenant middleware answers for every host: unknown ones get a page of their own
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"  # the office shows previews of its own pages
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_NAME = "__Host-session" if PRODUCTION else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if PRODUCTION else "csrf"
CSRF_COOKIE_HTTPONLY = False  # Wagtail's scripts read it
CSRF_FAILURE_VIEW = "tenants.office.views.door.csrf_failure"
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

# Public pages: nothing inline, nothing from elsewhere. Wagtail's own screens set inline styles and a few scripts.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF, f"{PLATFORM_SCHEME}://*.{PLATFORM_HOST}{':' if PLATFORM_PORT else ''}{PLATFORM_PORT}"],
        "frame-ancestors": [SELF],
    }
}
OFFICE_CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        **CONTENT_SECURITY_POLICY["DIRECTIVES"],
        "script-src": [SELF, UNSAFE_INLINE],
        "style-src": [SELF, UNSAFE_INLINE],
        "img-src": [SELF, "data:", "blob:"],
        "frame-src": [SELF],
    }
}

# --- applications ---------------------------------------------------------------------------------------------------
PEOPLE_APPS = ["tenants.users", "tenants.factors"]  # tables wherever somebody signs in: both lists below
REGISTRY_APPS = ["tenants", "tenants.jobs", "tenants.archive", "tenants.lifecycle"]  # in the schema public of a cell
CONTROL_APPS = [  # tables in the schema public of the control plane
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    *PEOPLE_APPS,
    "billing",
    "controlplane",
    "controlplane.audit",
    "controlplane.jobs",
    "controlplane.lifecycle",
    "controlplane.fleet",
    "controlplane.archives",
    "controlplane.operators",
    "controlplane.support",
    "controlplane.status",
    "django.contrib.admin",
]
SHARED_APPS = [  # what is in the schema public here
    "shared",
    "tenants.letters",
    "tenants.residency",
    *(REGISTRY_APPS if ROLE != "control" else []),
    *(CONTROL_APPS if ROLE != "cell" else []),
    "django_tenants",
]
TENANT_APPS = [  # tables in each campaign's schema
    *PEOPLE_APPS,
    "tenants.office",
    "crm.access",
    "crm.geo",
    "crm.fields",
    "crm.consent",
    "crm.runs",
    "crm.people",
    "crm.duplicates",
    "crm.segments",
    "crm.imports",
    "crm.schedules",
    "crm.exports",
    "crm.bulk",
    "crm.relations",
    "crm.files",
    "sitebuilder.themes",
    "sitebuilder.forms",
    "sitebuilder.pages",
    "messaging.deliveries",
    "messaging.measuring",
    "messaging.email",
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",  # and not modelsearch beside it: one instance of the index only
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.admin",  # no screen of it here: its log points at users, and deleting one looks there
]
INSTALLED_APPS = [  # the same in every role: it is the tables, addresses and receivers that differ
    "shared",
    *REGISTRY_APPS,
    "tenants.letters",
    "tenants.residency",
    *[app for app in TENANT_APPS if not app.startswith("django.contrib")],
    *[app for app in CONTROL_APPS if app not in PEOPLE_APPS],
    "django_tenants",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
]
TENANT_MODEL, TENANT_DOMAIN_MODEL = "tenants.Tenant", "tenants.Domain"
AUTH_USER_MODEL = "users.User"
AUTHENTICATION_BACKENDS = ["tenants.users.backends.TeamBackend"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

MIDDLEWARE = [
    "tenants.probes.ProbeMiddleware",
    "shared.middleware.RequestIdMiddleware",
    "shared.middleware.MetricsMiddleware",
    "shared.middleware.NulMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "shared.middleware.ContentSecurityPolicyMiddleware",
    "tenants.lifecycle.tls.TlsAskMiddleware",
    *([] if ROLE == "cell" else ["controlplane.middleware.CellAskMiddleware"]),
    "whitenoise.middleware.WhiteNoiseMiddleware",  # before the tenant: the page of a closed campaign has a style, too
    "tenants.middleware.TenantMiddleware",
    "sitebuilder.pages.middleware.PageCacheMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "controlplane.middleware.SecondFactorMiddleware",
    "shared.middleware.LanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "tenants.office.middleware.ButtonMiddleware",
    "tenants.office.middleware.RequiredFactorMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "shared.middleware.CampaignRedirectMiddleware",
]
ROOT_URLCONF = "config.urls_tenant"
PUBLIC_SCHEMA_URLCONF = "config.urls_cell" if ROLE == "cell" else "config.urls_platform"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "shared.context_processors.surface",
            ],
            # Wagtail's own tags, some of which keep what they made.
            "libraries": {"wagtailadmin_tags": "tenants.office.templatetags.frame_tags"},
        },
    }
]

# --- stores ---------------------------------------------------------------------------------------------------------
DATABASES = {
    "default": {
        "ENGINE": "tenants.backend",
        **env_database("DATABASE_URL", "postgresql://isoloir_app@127.0.0.1:5432/isoloir"),
        "CONN_MAX_AGE": 300,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"server_side_binding": True},
    }
}
# Owns the schemas: migrations, provisioning, indexes of large imports; never a request.
DATABASE_OWNER = env_database("DATABASE_OWNER_URL", "postgresql://isoloir_owner@127.0.0.1:5432/isoloir")
# Addresses or UUIDs of the tenants that are migrated before all others; when one fails, the rest is left alone.
CANARY_TENANTS = env_list("CANARY_TENANTS")
TEMPLATE_FOLDER = env_str("TEMPLATE_FOLDER")  # shared by new cells of one machine; empty: by none
PG_BIN = env_str("PG_BIN")  # folder of pg_dump; empty: looked for on the PATH
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]

REDIS_URL = env_secret("REDIS_URL", "redis://127.0.0.1:6379/0")
CACHES = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_FUNCTION": "tenants.cache.make_key",
        "REVERSE_KEY_FUNCTION": "tenants.cache.reverse_key",
    },
    **{  # in each process: the entries that it holds at most
        name: {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "LOCATION": name,
            "KEY_FUNCTION": "tenants.cache.make_key",
            "OPTIONS": {"MAX_ENTRIES": most},
        }
        for name, most in (("renditions", 300), ("pages", 2000), ("frame", 1000))
    },
}

S3_BUCKET = env_str("S3_BUCKET")
S3_ENDPOINT_URL = env_str("S3_ENDPOINT_URL")
S3_REGION = env_str("S3_REGION")
S3_ADDRESSING = env_choice("S3_ADDRESSING", "auto", ("auto", "path", "virtual"))
S3_ENCRYPTION = env_choice("S3_ENCRYPTION", "AES256", ("AES256", "aws:kms", ""))  # asked of the server for each file
S3_ACCESS_KEY_ID = env_secret("S3_ACCESS_KEY_ID")
S3_SECRET_ACCESS_KEY = env_secret("S3_SECRET_ACCESS_KEY")
MEDIA_ROOT, MEDIA_URL = env_str("MEDIA_ROOT", str(VAR_DIR / "media")), "/media/"
MEDIA_HOST = env_str("MEDIA_HOST")  # of what is public, so that a cache can stand before it; none: each campaign's own
if MEDIA_HOST:
    media_origin = f"{PLATFORM_SCHEME}://{MEDIA_HOST}{':' if PLATFORM_PORT else ''}{PLATFORM_PORT}"
    for policy in (CONTENT_SECURITY_POLICY, OFFICE_CONTENT_SECURITY_POLICY):
        policy["DIRECTIVES"]["img-src"] = [*policy["DIRECTIVES"]["img-src"], media_origin]
STORAGES = {
    "default": {"BACKEND": "tenants.storage.S3TenantStorage" if S3_BUCKET else "tenants.storage.FileTenantStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
STATIC_URL = "/static/"
STATIC_ROOT = env_str("STATIC_ROOT", str(VAR_DIR / "static"))
WHITENOISE_MANIFEST_STRICT = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# --- work in the background -----------------------------------------------------------------------------------------
CELERY_BROKER_URL = env_secret("CELERY_BROKER_URL", REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 1000
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE = schedule_for(ROLE)
CONTROL_QUEUE, CELL_QUEUE = "control", f"cell.{CELL}"
LONG_QUEUE = f"{CELL_QUEUE}.long"  # no mail, opening or message of the bus waits behind what takes minutes
WORK_QUEUES = queues_of(ROLE, control=CONTROL_QUEUE, cell=CELL_QUEUE, long=LONG_QUEUE)
WORKER_TAKES = env_choice("WORKER_TAKES", "all", ("all", "short", "long"))
OWN_QUEUES = [name for name in WORK_QUEUES if name != LONG_QUEUE]  # of the bus, on this broker
OUTGOING_QUEUE = "outgoing"  # messages that the carrier takes to another broker
CELERY_TASK_DEFAULT_QUEUE = CONTROL_QUEUE if ROLE == "control" else CELL_QUEUE
CELERY_TASK_QUEUES = [Queue(name) for name in WORK_QUEUES]
CELERY_TASK_ROUTES = {name: {"queue": LONG_QUEUE} for name in LONG_TASKS}

# --- imports ---------------------------------------------------------------------------------------------------------
IMPORT_WRITERS = env_int("IMPORT_WRITERS", 2)  # connections that one import writes on

# --- mail -----------------------------------------------------------------------------------------------------------
SMTP_URL = env_secret("SMTP_URL", "smtp://127.0.0.1:1025")
EMAIL_BACKEND = "shared.mail.SmtpBackend"
DEFAULT_FROM_EMAIL = env_str("DEFAULT_FROM_EMAIL", f"Isoloir <bonjour@{PLATFORM_HOST}>")
# Envelope senders of campaigns without a domain of their own.
MAIL_DOMAIN = env_str("MAIL_DOMAIN", f"courrier.{PLATFORM_HOST}")
SMTP_RATE = env_int("SMTP_RATE", 0)  # messages a second that the provider allows this cell; 0: no limit
SEND_UNDO_SECONDS = env_int("SEND_UNDO_SECONDS", 30)  # how long a sending can be taken back
DKIM_SELECTOR = env_str("DKIM_SELECTOR")  # signs what leaves from MAIL_DOMAIN; empty: nothing is signed here
DKIM_PRIVATE_KEY = env_secret("DKIM_PRIVATE_KEY")
# Asked for the proof that a domain belongs to a campaign, as 127.0.0.1:53; empty: what the machine itself asks.
DNS_RESOLVER = env_str("DNS_RESOLVER")

# Who runs this installation: the legal notice, the privacy page and the processing contract name them.
OPERATOR = {
    "name": env_str("OPERATOR_NAME"),
    "registration": env_str("OPERATOR_REGISTRATION"),
    "address": env_str("OPERATOR_ADDRESS"),
    "phone": env_str("OPERATOR_PHONE"),
    "email": env_str("OPERATOR_EMAIL"),
    "director": env_str("OPERATOR_DIRECTOR"),
}

# --- language, time -------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("French")), ("en", _("English"))]
LANGUAGE_COOKIE_NAME = "language"
TIME_ZONE = CELERY_TIMEZONE = "Europe/Paris"
FORMAT_MODULE_PATH = ["shared.formats"]  # English dates of Europe

# --- people who sign in ---------------------------------------------------------------------------------------------
LOGIN_URL = "/connexion/"
PASSWORD_RESET_TIMEOUT = 3600
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# --- Wagtail --------------------------------------------------------------------------------------------------------
WAGTAIL_SITE_NAME = "Isoloir"
WAGTAILADMIN_BASE_URL = ""  # per tenant: tenants.office answers with the campaign's own address
WAGTAIL_I18N_ENABLED = False
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
WAGTAILADMIN_PERMITTED_LANGUAGES = [("fr", "Français"), ("en", "English")]
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database", "SEARCH_CONFIG": "extensions.fr"}}
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAIL_ENABLE_UPDATE_CHECK = WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_PASSWORD_RESET_ENABLED = True
WAGTAIL_WORKFLOW_ENABLED = False
WAGTAILIMAGES_EXTENSIONS = ["gif", "jpg", "jpeg", "png", "webp", "svg"]
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 15 * 1024 * 1024
WAGTAIL_DATE_FORMAT = "%d/%m/%Y"
TAGGIT_CASE_INSENSITIVE = True

# --- watching -------------------------------------------------------------------------------------------------------
SENTRY_DSN = env_secret("SENTRY_DSN")
METRICS_TOKEN = env_secret("METRICS_TOKEN")  # what Prometheus shows to read the figures; empty: nothing is counted
METRICS_DIR = env_str("METRICS_DIR", str(VAR_DIR / "metrics"))  # shared by the processes of a machine
if METRICS_TOKEN:
    Path(METRICS_DIR).mkdir(parents=True, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = METRICS_DIR
LOG_LEVEL = env_choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"context": {"()": "shared.logs.ContextFilter"}},
    "formatters": {"json": {"()": "shared.logs.JsonFormatter"}},
    "handlers": {
        "stdout": {
            "class": "logging.StreamHandler",
            "formatter": "json",
            "filters": ["context"],
            "stream": "ext://sys.stdout",
        }
    },
    "root": {"handlers": ["stdout"], "level": LOG_LEVEL},
    "loggers": {
        "django.server": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
        # Wagtail tells of each row of its indexes.
        "django_tasks": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},
        "wagtail": {"level": "WARNING"},
    },
}
ADMINS = [("Operators", address) for address in env_list("OPERATOR_EMAILS")]
RATE_LIMIT_FACTOR = env_int("RATE_LIMIT_FACTOR", 1)  # load tests raise it; 0 turns the limits off
SILENCED_SYSTEM_CHECKS = ["wagtailadmin.W003"]  # the base address is per tenant
ENVIRONMENT = read_variables()  # what was read above, for the console: names and values, no secret
