"""Periodic work: one line and one reason each. What spans tenants only fans out one task per tenant."""

from typing import Any

from celery.schedules import crontab, schedule

EVERYONE: dict[str, dict[str, Any]] = {
    # A message that could not be received is tried again: its receiver may be mended by now.
    "letters": {"task": "letters.deliver", "schedule": schedule(60.0)},
    # Stores and providers are proved to be in their region once a day, each hour while one is not.
    "residency": {"task": "residency.renew", "schedule": schedule(3600.0)},
}
CELL: dict[str, dict[str, Any]] = {
    # Later work of every tenant (usage reports, scheduled sends) is a row in the registry; this claims what is due.
    "alarms": {"task": "tenants.ring_alarms", "schedule": schedule(5.0)},
    # A worker killed while it set a tenant up leaves a run that somebody must take over.
    "provisioning": {"task": "tenants.resume_provisioning", "schedule": schedule(10.0)},
    # A cell of which the control plane hears nothing gets no new campaign, and an operator hears of that.
    "health": {"task": "tenants.report_health", "schedule": schedule(60.0)},
    # What a lost message left different between control plane and cell is found and put right.
    "directory": {"task": "tenants.report_directory", "schedule": crontab(hour=4, minute=10)},
    # The same for every other long work on a tenant.
    "jobs": {"task": "jobs.resume_jobs", "schedule": schedule(10.0)},
    # Each campaign can be brought back alone: the night's backups, each at a time of its own, when nobody is at work.
    "backups": {"task": "archive.start_backups", "schedule": crontab(hour="1-6", minute="*/10")},
}
CONTROL: dict[str, dict[str, Any]] = {
    # A cell that says nothing any more is told to the operators.
    "cells": {"task": "controlplane.watch_cells", "schedule": schedule(60.0)},
    # A message lost between a cell and the control plane leaves a job without news: ask again.
    "silent jobs": {"task": "campaign_jobs.ask_about_silent_jobs", "schedule": schedule(60.0)},
    # An erasure that a cell's own alarm did not start is asked for, by the same name.
    "erasures": {"task": "lifecycle.ask_for_overdue_erasures", "schedule": schedule(3600.0)},
    # A move's next job may have had to wait for another one; what has moved is erased where it was a day later.
    "moves": {"task": "campaign_archives.go_on_with_moves", "schedule": schedule(5.0)},
    # A message lost between the control plane and a cell leaves an opening without news: ask again.
    "openings": {"task": "controlplane.resume_silent_openings", "schedule": schedule(60.0)},
    # A cell that proves nothing of its region is noticed.
    "residency-silence": {"task": "controlplane.watch_residency", "schedule": schedule(3600.0)},
    # How each cell is at this minute: the public page of the service's state shows ninety days of it.
    "status": {"task": "status.check_cells", "schedule": schedule(60.0)},
    # What was typed to open a campaign and never confirmed is not ours to keep.
    "sign-ups": {"task": "controlplane.forget_sign_ups", "schedule": schedule(3600.0)},
    # The curves of the console show a year.
    "usage": {"task": "controlplane.forget_old_usage", "schedule": schedule(86400.0)},
}


def schedule_for(role: str) -> dict[str, dict[str, Any]]:
    return EVERYONE | {"all": CELL | CONTROL, "cell": CELL, "control": CONTROL}[role]
