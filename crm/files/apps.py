from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FilesConfig(AppConfig):
    name = "crm.files"
    label = "files"
    verbose_name = _("Files")

    def ready(self) -> None:
        from crm.files.panels import files_section  # noqa: PLC0415 -- app ready
        from crm.files.readables import FILES  # noqa: PLC0415 -- app ready
        from crm.files.services import DELETE, forget_people  # noqa: PLC0415 -- app ready
        from crm.files.tasks import delete_stored_task  # noqa: PLC0415 -- app ready
        from crm.people.activities import register_kind  # noqa: PLC0415 -- app ready
        from crm.people.asides import register_section  # noqa: PLC0415 -- app ready
        from crm.people.erasing import on_erase  # noqa: PLC0415 -- app ready
        from crm.people.following import register_follower  # noqa: PLC0415 -- app ready
        from tenants.alarms import on_alarm  # noqa: PLC0415 -- app ready
        from tenants.archive.readable import register_readable  # noqa: PLC0415 -- app ready

        register_section(files_section)
        on_erase(forget_people)
        on_alarm(DELETE, delete_stored_task, also_when_closed=True)  # an erasure does not wait
        register_follower("files_personfile")
        register_readable(FILES)
        register_kind("file_added", _("File added"), "iso-paperclip", "notes", own=False)
        register_kind("file_deleted", _("File deleted"), "iso-trash-2", "notes", own=False)
