from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from crm.people.activities import ActivityEvent


class SegmentsConfig(AppConfig):
    name = "crm.segments"
    label = "segments"
    verbose_name = _("Segments")

    def ready(self) -> None:
        from crm.people.activities import on_activity  # noqa: PLC0415 -- app ready
        from crm.people.following import register_follower  # noqa: PLC0415 -- app ready
        from crm.segments.criteria import (  # noqa: PLC0415 -- app ready
            activities,
            age,
            areas,
            choices,
            consent,
            custom,
            joined,
            others,
            place,
            profile,
            sample,
            tags,
        )
        from crm.segments.references import usages_in_segments  # noqa: PLC0415 -- app ready
        from crm.segments.registry import Source, register, register_source  # noqa: PLC0415 -- app ready
        from crm.segments.tasks import count_segment_task  # noqa: PLC0415 -- app ready
        from crm.segments.trend import ALARM  # noqa: PLC0415 -- app ready
        from crm.segments.usage import register_usage  # noqa: PLC0415 -- app ready
        from tenants.alarms import on_alarm  # noqa: PLC0415 -- app ready

        on_alarm(ALARM, count_segment_task)
        on_activity("erased", _forget)
        register_follower("segments_peoplelistmember", unique=("people_list_id",))
        register_usage(usages_in_segments)

        for module in (tags, place, areas, age, choices, profile, joined, activities, consent, others, sample):
            for criterion in module.CRITERIA:
                register(criterion)
        register_source(Source(custom.criteria_offered, custom.criteria_named))


def _forget(event: "ActivityEvent") -> None:
    from crm.segments.freezing import forget_person_on_lists  # noqa: PLC0415 -- app ready

    forget_person_on_lists(person_id=event.person_id)
