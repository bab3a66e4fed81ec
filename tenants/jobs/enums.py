from django.db import models
from django.utils.translation import gettext_lazy as _


class JobState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Under way")
    FAILED = "failed", _("Failed")  # for good, until somebody has it tried again
    DONE = "done", _("Done")
