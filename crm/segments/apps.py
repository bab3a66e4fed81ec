from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SegmentsConfig(AppConfig):
    name = "crm.segments"
    label = "segments"
    verbose_name = _("Segments")

    def ready(self) -> None:
        self._register_conditions()
        self._register_work()
        self._register_uses()

    def _register_conditions(self) -> None:
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
        from crm.segments.registry import Source, register, register_source  # noqa: PLC0415 -- app ready

        for module in (tags, place, areas, age, choices, profile, joined, activities, consent, others, sample):
            for criterion in module.CRITERIA:
                register(criterion)
        register_source(Source(custom.criteria_offered, custom.criteria_named))

    def _register_work(self) -> None:
        from crm.people.erasing import on_erase  # noqa: PLC0415 -- app ready
        from crm.people.following import register_follower  # noqa: PLC0415 -- app ready
        from crm.runs.kinds import Kind, register_run  # noqa: PLC0415 -- app ready
        from crm.segments.freezing import FREEZE, forget_people, write_list  # noqa: PLC0415 -- app ready
        from crm.segments.tasks import count_segment_task  # noqa: PLC0415 -- app ready
        from crm.segments.trend import ALARM  # noqa: PLC0415 -- app ready
        from crm.segments.unlisting import UNLIST, take_people_off  # noqa: PLC0415 -- app ready
        from tenants.alarms import on_alarm  # noqa: PLC0415 -- app ready

        on_alarm(ALARM, count_segment_task)
        on_erase(forget_people)
        register_run(Kind(FREEZE, _("Freezing a list"), write_list, url_name="segments:freezing"))
        register_run(Kind(UNLIST, _("Deleting a list"), take_people_off, url_name="segments:unlisting"))
        register_follower("segments_peoplelistmember", unique=("people_list_id",))

    def _register_uses(self) -> None:
        from crm.people.groups import GroupFilter, register_group_filter  # noqa: PLC0415 -- app ready
        from crm.people.tag_users import register_tag_user  # noqa: PLC0415 -- app ready
        from crm.segments.listing import find_group, read_group  # noqa: PLC0415 -- app ready
        from crm.segments.references import (  # noqa: PLC0415 -- app ready
            usages_in_segments,
            usages_in_views,
            usages_of_list_in_segments,
        )
        from crm.segments.tag_following import (  # noqa: PLC0415 -- app ready
            replace_in_segments,
            runs_counting_on,
            segments_naming,
        )
        from crm.segments.usage import register_list_usage, register_usage  # noqa: PLC0415 -- app ready

        register_usage(usages_in_segments)
        register_usage(usages_in_views)
        register_list_usage(usages_of_list_in_segments)
        register_tag_user("segments", segments_naming, replace=replace_in_segments)
        register_tag_user("runs for segments", runs_counting_on)
        register_group_filter(GroupFilter("segment", _("Segment"), "segments.view", find_group, read_group))
