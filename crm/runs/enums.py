from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class RunState(TextChoices):
    QUEUED = "queued", pgettext_lazy("run", "waiting")
    RUNNING = "running", pgettext_lazy("run", "under way")
    DONE = "done", pgettext_lazy("run", "done")
    FAILED = "failed", pgettext_lazy("run", "interrupted")
    CANCELLED = "cancelled", pgettext_lazy("run", "stopped")
    UNDOING = "undoing", pgettext_lazy("run", "being undone")
    UNDONE = "undone", pgettext_lazy("run", "undone")


AT_WORK = (RunState.QUEUED, RunState.RUNNING, RunState.UNDOING)
