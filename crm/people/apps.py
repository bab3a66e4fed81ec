from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PeopleConfig(AppConfig):
    name = "crm.people"
    label = "people"
    verbose_name = _("People")

    def ready(self) -> None:
        from crm.access.naming import name_people_by  # noqa: PLC0415 -- app ready
        from crm.people.carrying import carry_refusals  # noqa: PLC0415 -- app ready
        from crm.people.erasing import ALARM  # noqa: PLC0415 -- app ready
        from crm.people.merging import FORGET  # noqa: PLC0415 -- app ready
        from crm.people.queries import contact_count, names_by_id  # noqa: PLC0415 -- app ready
        from crm.people.readables import READABLES  # noqa: PLC0415 -- app ready
        from crm.people.tasks import erase_person_task, forget_merge_task  # noqa: PLC0415 -- app ready
        from tenants.alarms import on_alarm  # noqa: PLC0415 -- app ready
        from tenants.archive.carrying import on_restored  # noqa: PLC0415 -- app ready
        from tenants.archive.readable import register_readable  # noqa: PLC0415 -- app ready
        from tenants.entitlements import register_contact_counter  # noqa: PLC0415 -- app ready

        name_people_by(names_by_id)
        register_contact_counter(contact_count)
        on_restored(carry_refusals)
        for readable in READABLES:
            register_readable(readable)
        on_alarm(ALARM, erase_person_task, also_when_closed=True)  # the law does not wait
        on_alarm(FORGET, forget_merge_task, also_when_closed=True)
        _register_kinds()
        _register_tags()
        _register_followers()


def _register_kinds() -> None:
    from crm.people.activities import register_kind  # noqa: PLC0415 -- app ready

    register_kind("signed_up", _("Signed up"), "iso-user-plus", "site")
    register_kind("shared", _("Shared the page"), "iso-send", "site")
    register_kind("imported", _("Came with an import"), "iso-upload", own=False, recorded=False)
    register_kind("added", _("Added by hand"), "iso-user-plus", own=False)
    register_kind("edited", _("Changed by the team"), "iso-pen-line", "changes", own=False)
    register_kind("note_added", _("Note"), "iso-pen-line", "notes", own=False)
    register_kind("message_sent", _("Was sent a message"), "iso-mail", "messages", own=False)
    register_kind("message_bounced", _("A message came back"), "iso-mail-x", "messages", own=False)
    register_kind("unsubscribed", pgettext_lazy("people", "Unsubscribed"), "iso-mail-x", "messages")
    register_kind("erasure_asked", _("Erasure asked"), "iso-trash-2", own=False)
    register_kind("erasure_cancelled", pgettext_lazy("people", "Erasure called off"), "iso-undo-2", own=False)
    register_kind("erased", pgettext_lazy("people", "Erased"), "iso-trash-2", own=False)
    register_kind("merged", _("Merged with another entry of the same person"), "iso-merge", own=False)
    register_kind("parted", _("The merge was undone"), "iso-undo-2", own=False)
    register_kind("consent_noted", _("Consent noted by hand"), "iso-pen-line", "consents", own=False)


def _register_tags() -> None:
    from crm.people import tag_runs, tag_uses  # noqa: PLC0415 -- app ready
    from crm.people.tag_users import register_tag_user  # noqa: PLC0415 -- app ready
    from crm.runs.kinds import Kind, register_run  # noqa: PLC0415 -- app ready

    register_run(Kind(tag_runs.KIND, _("Change of a tag"), tag_runs.work, url_name="people:tag_run"))
    register_tag_user("runs", tag_uses.runs_naming_tags)
    register_tag_user(
        "views", tag_uses.views_naming_tags, replace=tag_uses.replace_in_views, forget=tag_uses.forget_views_of_tag
    )


def _register_followers() -> None:
    """Not here: the ledger, what stands according to it, and the history of tags, which stay where they were written."""
    from crm.people.following import register_follower  # noqa: PLC0415 -- app ready

    register_follower("people_person", "merged_into_id")
    register_follower("people_emailaddress")
    register_follower("people_phonenumber", unique=("number",))
    register_follower("people_postaladdress", unique=("street", "postcode", "city"))
    register_follower("people_note")
    register_follower("people_activity")
    register_follower("people_personchange")
    register_follower("people_erasurerequest")
