from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SegmentsConfig(AppConfig):
    name = "crm.segments"
    label = "segments"
    verbose_name = _("Segments")

    def ready(self) -> None:
        from crm.segments.criteria import age, choices, joined, place, tags  # noqa: PLC0415 -- app ready
        from crm.segments.registry import register  # noqa: PLC0415 -- app ready

        for module in (tags, place, age, choices, joined):
            for criterion in module.CRITERIA:
                register(criterion)
