from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop


class CampaignArchivesConfig(AppConfig):
    name = "controlplane.archives"
    label = "campaign_archives"
    verbose_name = _("Archives and moves")

    def ready(self) -> None:
        if settings.ROLE == "cell":
            return
        from controlplane.archives import admin  # noqa: F401, PLC0415 -- app ready
        from controlplane.archives.moving import JOBS, on_move_job_done, on_move_job_failed  # noqa: PLC0415 -- app ready
        from controlplane.archives.services import forget_backups, tell_export_ready  # noqa: PLC0415 -- app ready
        from controlplane.audit.actions import register_actions  # noqa: PLC0415 -- app ready
        from controlplane.jobs.outcomes import on_job_done, on_job_failed, register_reasons  # noqa: PLC0415 -- app ready

        on_job_done("export", tell_export_ready)
        on_job_done("backup", forget_backups)
        for kind in JOBS.values():
            on_job_done(kind, on_move_job_done)
            on_job_failed(kind, on_move_job_failed)
        register_actions(
            {
                "export.handed_out": gettext_noop("Link to an export handed out"),
                "move.asked": gettext_noop("Move asked for"),
                "move.done": gettext_noop("Move done"),
                "move.failed": gettext_noop("Move failed"),
                "move.called_off": gettext_noop("Move called off"),
                "move.agreement_asked": gettext_noop("Owner asked whether the campaign may leave its region"),
                "move.agreed": gettext_noop("Owner agreed to leave the region"),
                "move.refused": gettext_noop("Owner refused to leave the region"),
                "move.withdrawn": gettext_noop("Owner took her agreement back"),
            }
        )
        register_reasons(
            {
                "archive_damaged": gettext_noop("The archive is not what was written: it is damaged."),
                "archive_foreign": gettext_noop("This is not an archive of this campaign and this installation."),
                "archive_version_unknown": gettext_noop("The archive is of a version that this cell never ran."),
                "backup_gone": gettext_noop("This backup is no longer there."),
                "restoration_unconfirmed": gettext_noop("The last restoration is to be confirmed or taken back first."),
                "not_open": gettext_noop("The campaign is not open."),
                "already_here": gettext_noop("The campaign lives in that cell already."),
            }
        )
