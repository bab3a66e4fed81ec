"""What the environment says of this platform: each variable, what it is for, and its value where that is no secret."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

# In the order of docs/configuration.md; a test holds that no variable is left out.
GROUPS: tuple[tuple[Any, Mapping[str, Any]], ...] = (
    (
        _("This installation"),
        {
            "ISOLOIR_ROLE": _("Control plane, cell, or both in one process"),
            "ISOLOIR_CELL": _("The cell that this process serves"),
            "ISOLOIR_REGION": _("The region of that cell"),
            "PRODUCTION": _("Secure cookies and addresses; refuses default secrets"),
            "DEBUG": _("Debug pages: never with real data"),
            "VAR_DIR": _("Folder of the files that are kept here"),
            "STATIC_ROOT": _("Folder of styles, scripts and pictures of the product"),
            "CANARY_TENANTS": _("Campaigns that are migrated before all others"),
            "TEMPLATE_FOLDER": _("Where new cells of one machine share their template; empty: nowhere"),
        },
    ),
    (
        _("Residency"),
        {
            "MACHINE_COUNTRY": _("Country of this machine; needed in production"),
            "MACHINE_PLACE": _("Town or data center of this machine"),
            "MACHINE_OPERATOR": _("Company that runs this machine"),
            "RESIDENCY_PROVIDERS": _("File of places that the product does not list"),
            "CERTIFICATE_KEY": _("Signs the certificates of residency; without it, production issues none"),
            "CERTIFICATE_CHAIN": _("The certificate of that key, and those above it"),
        },
    ),
    (
        _("Keys"),
        {
            "SECRET_KEY": _("Signs sessions and links"),
            "SECRET_KEY_FALLBACKS": _("Former keys: what they signed still holds"),
            "LASTING_KEY": _("Suppression lists, links in mails and second factors hang on it; never changed"),
            "BUS_KEY": _("Seals what the control plane hands to a cell"),
            "BUS_KEY_FALLBACK": _("Former key of a cell, while the control plane takes a new one"),
        },
    ),
    (
        _("Addresses"),
        {
            "PLATFORM_HOST": _("Host of the platform; campaigns live below it"),
            "PLATFORM_SCHEME": _("Scheme of the addresses that the product writes"),
            "PLATFORM_PORT": _("Port in these addresses"),
            "MEDIA_HOST": _("A host of its own for public images"),
            "DNS_RESOLVER": _("Resolver asked for the proof of a campaign’s own domain"),
        },
    ),
    (
        _("Stores"),
        {
            "DATABASE_URL": _("Database, as the login of requests"),
            "DATABASE_OWNER_URL": _("Database, as its owner: migrations and openings only"),
            "PG_BIN": _("Folder of pg_dump"),
            "REDIS_URL": _("Cache, and broker unless there is another"),
            "WORKER_TAKES": _("What a worker takes: short work, long work, or all"),
            "CELERY_BROKER_URL": _("Broker of the tasks"),
            "BUS_URL": _("Broker between the control plane and its cells, when they are apart"),
            "MEDIA_ROOT": _("Folder of the campaigns’ files when there is no bucket"),
            "S3_BUCKET": _("The cell’s bucket"),
            "S3_ENDPOINT_URL": _("Its server"),
            "S3_REGION": _("Its region"),
            "S3_ADDRESSING": _("How its server wants the bucket named"),
            "S3_ENCRYPTION": _("Encryption at rest asked of the server for each file"),
            "S3_ACCESS_KEY_ID": _("Its key"),
            "S3_SECRET_ACCESS_KEY": _("The key’s secret"),
            "IMPORT_WRITERS": _("Database connections that one import writes on"),
        },
    ),
    (
        _("Mail"),
        {
            "SMTP_URL": _("Server that takes the mail"),
            "DEFAULT_FROM_EMAIL": _("Sender of the platform’s own mails"),
            "MAIL_DOMAIN": _("Domain of the campaigns’ envelope senders"),
            "SMTP_RATE": _("Messages a second that the provider allows; 0: no limit"),
            "SEND_UNDO_SECONDS": _("Seconds in which a sending can be taken back"),
            "DKIM_SELECTOR": _("With its key, signs what leaves from the mail domain"),
            "DKIM_PRIVATE_KEY": _("Key of the mail’s signatures"),
        },
    ),
    (
        _("Who runs it"),
        {
            "OPERATOR_NAME": _("Named in the legal notice, the privacy page and the processing contract"),
            "OPERATOR_REGISTRATION": _("Its legal form and registration"),
            "OPERATOR_ADDRESS": _("Its postal address"),
            "OPERATOR_PHONE": _("Its telephone number"),
            "OPERATOR_EMAIL": _("Where to write to it"),
            "OPERATOR_DIRECTOR": _("Director of publication"),
            "OPERATOR_EMAILS": _("Who is told of errors"),
        },
    ),
    (
        _("Watching"),
        {
            "SENTRY_DSN": _("Where errors are reported, without personal data"),
            "METRICS_TOKEN": _("Opens the page of figures; without it nothing is counted"),
            "METRICS_DIR": _("Where the processes of a machine count"),
            "LOG_LEVEL": _("From which gravity on the logs speak"),
            "RATE_LIMIT_FACTOR": _("Multiplies every rate limit; 0 turns them off"),
        },
    ),
)


@dataclass(frozen=True)
class ShownVariable:
    name: str
    use: str
    value: str  # empty for a secret, always
    is_set: bool
    is_secret: bool


def variables_by_group() -> list[tuple[str, list[ShownVariable]]]:
    read = {variable.name: variable for variable in settings.ENVIRONMENT}
    return [
        (
            str(title),
            [
                ShownVariable(name, str(use), read[name].value, read[name].is_set, read[name].is_secret)
                for name, use in uses.items()
            ],
        )
        for title, uses in GROUPS
    ]
