from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OfficeConfig(AppConfig):
    name = "tenants.office"
    label = "office"
    verbose_name = _("Office")

    def ready(self) -> None:
        from tenants import bus  # noqa: PLC0415 -- app ready
        from tenants.alarms import on_alarm  # noqa: PLC0415 -- app ready
        from tenants.archive.carrying import on_restored  # noqa: PLC0415 -- app ready
        from tenants.office.address import use_campaign_address  # noqa: PLC0415 -- app ready
        from tenants.office.carrying import carry_second_factors  # noqa: PLC0415 -- app ready
        from tenants.office.checklist import register_step  # noqa: PLC0415 -- app ready
        from tenants.office.queries import has_colleagues, is_profile_filled  # noqa: PLC0415 -- app ready
        from tenants.office.seeds import seed_groups  # noqa: PLC0415 -- app ready
        from tenants.office.services import support  # noqa: PLC0415 -- app ready
        from tenants.office.services.pages import point_permissions_at_home  # noqa: PLC0415 -- app ready
        from tenants.office.services.profile import create_profile  # noqa: PLC0415 -- app ready
        from tenants.office.tasks import end_support_task  # noqa: PLC0415 -- app ready
        from tenants.provisioning import register_step as register_provisioning_step  # noqa: PLC0415 -- app ready
        from tenants.template import register_seed  # noqa: PLC0415 -- app ready

        register_seed(seed_groups, 10)
        register_provisioning_step(key="profile", label=_("Campaign profile"), run=create_profile, order=30)
        register_provisioning_step(
            key="permissions", label=_("Rights of the team"), run=point_permissions_at_home, order=90
        )
        register_step(
            "profile",
            _("Say who speaks: publisher, financial agent, contact"),
            "office:settings",
            is_profile_filled,
            10,
            help_text=_("The legal notice and the privacy page are written from it."),
            button=_("Fill in the settings"),
            icon="iso-pen-line",
        )
        register_step(
            "team",
            _("Invite two people to the office"),
            "office:team",
            has_colleagues,
            40,
            help_text=_("Each with a role and a password of their own. Nobody shares a password."),
            button=_("Invite somebody"),
            icon="iso-user-plus",
        )
        use_campaign_address()
        on_alarm(support.ALARM, end_support_task)
        on_restored(carry_second_factors)
        bus.receive("support_ended", support.accept_support_end)
