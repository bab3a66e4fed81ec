"""Contact files of months past, through the product's own import: upload, columns, origin, run, report."""

from datetime import datetime

from django.core.files.uploadedfile import SimpleUploadedFile

from controlplane.demo.files import ContactFile
from crm.imports.enums import ExistingPolicy
from crm.imports.models import Import
from crm.imports.running import run_import
from crm.imports.services import Origin, choose_columns, declare_origin, launch_import, settle_import
from crm.imports.uploading import receive_file
from tenants.users.models import User


def import_file(file: ContactFile, content: bytes, *, by: User, now: datetime) -> Import:
    """In the caller's transaction: the worker that hears of it afterwards finds it done."""
    upload = SimpleUploadedFile(file.file_name, content, content_type="text/csv")
    draft = receive_file(upload=upload, user_id=by.pk, now=now)
    choose_columns(import_id=draft.pk, name=file.title, mapping=draft.mapping, now=now)
    declare_origin(import_id=draft.pk, origin=_origin(file, now))
    launch_import(import_id=draft.pk, over_limit=0, now=now)
    run_import(import_id=draft.pk, clock=lambda: now)
    if not file.has_slips:
        settle_import(import_id=draft.pk, now=now)
    return Import.objects.get(pk=draft.pk)


def _origin(file: ContactFile, now: datetime) -> Origin:
    return Origin(
        source_type=file.source_type,
        proof=file.proof,
        consent_channels=(),
        consent_wording=file.wording,
        consent_on=now.date(),
        existing=ExistingPolicy.FILL,
        tags=file.tags,
    )
