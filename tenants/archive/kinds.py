"""The kinds of jobs that carry campaigns about."""

from django.utils.translation import gettext_noop

from tenants.archive import backups, exporting, moving, restoring
from tenants.jobs.kinds import Step, register_job


def register_exports() -> None:
    register_job(
        kind="export",
        label=gettext_noop("Export of everything"),
        steps=[
            Step("write", gettext_noop("Tables and files written into one archive"), exporting.write_export),
            Step("check", gettext_noop("Archive read again and compared"), exporting.check_export),
        ],
    )


def register_backups() -> None:
    register_job(
        kind="backup",
        label=gettext_noop("Backup"),
        steps=[
            Step("write", gettext_noop("Tables and files written into one archive"), backups.write_backup),
            Step("check", gettext_noop("Archive read again and compared"), backups.check_backup),
            Step("thin", gettext_noop("Old backups erased"), backups.thin_backups),
        ],
    )
    register_job(
        kind="restore",
        label=gettext_noop("Restoration from a backup"),
        steps=[
            Step(
                "prepare",
                gettext_noop("Backup loaded beside the campaign, and compared"),
                restoring.prepare_restoration,
            ),
            Step("place", gettext_noop("Backup put in the campaign’s place"), restoring.put_in_place),
        ],
    )
    register_job(
        kind="restore_confirm",
        label=gettext_noop("Restoration confirmed"),
        steps=[Step("confirm", gettext_noop("What was before erased"), restoring.confirm_restoration)],
    )
    register_job(
        kind="restore_undo",
        label=gettext_noop("Restoration taken back"),
        steps=[Step("undo", gettext_noop("What was before put in its place again"), restoring.undo_restoration)],
    )


def register_moves() -> None:
    register_job(
        kind="move_copy",
        label=gettext_noop("Move: first copy"),
        steps=[Step("copy", gettext_noop("Everything copied, while the campaign goes on"), moving.copy_tenant)],
    )
    register_job(
        kind="move_receive",
        label=gettext_noop("Move: arrival in the new cell"),
        steps=[
            Step("fetch", gettext_noop("Sealed copy fetched from the old cell"), moving.fetch),
            Step("files", gettext_noop("Files put in their place"), moving.receive_files),
            Step("tables", gettext_noop("Tables filled, and compared with the old cell’s"), moving.receive_tables),
            Step("clear", gettext_noop("Sealed copy erased"), moving.clear_arrived),
        ],
    )
    register_job(
        kind="move_freeze",
        is_quick=True,
        label=gettext_noop("Move: last copy"),
        steps=[
            Step("freeze", gettext_noop("Campaign closed to writing"), moving.freeze),
            Step("copy", gettext_noop("What has changed copied"), moving.copy_again),
        ],
    )
    register_job(
        kind="move_release",
        is_quick=True,
        label=gettext_noop("Move: old cell closed"),
        steps=[Step("release", gettext_noop("Old cell closed for good"), moving.release)],
    )
    register_job(
        kind="move_open",
        is_quick=True,
        label=gettext_noop("Move: new cell opened"),
        steps=[Step("open", gettext_noop("New cell open to writing"), moving.open_here)],
    )
    register_job(
        kind="move_thaw",
        is_quick=True,
        label=gettext_noop("Move called off: old cell"),
        steps=[Step("thaw", gettext_noop("Old cell open to writing again"), moving.thaw)],
    )
    register_job(
        kind="move_discard",
        label=gettext_noop("Move called off: new cell"),
        steps=[Step("discard", gettext_noop("Copy in the new cell erased"), moving.discard_arrived)],
    )
    register_job(
        kind="move_erase",
        label=gettext_noop("Move: old cell erased"),
        steps=[Step("erase", gettext_noop("Nothing left in the old cell"), moving.erase_left)],
    )
