"""Two people at the keyboard, two forms at the same second: real commits, real threads."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from functools import partial
from threading import Barrier

from crm.consent.models import ConsentEntry, ConsentState
from crm.consent.services import ConsentGiven, Source, record_consents, withdraw_consent
from crm.people.erasing import erase_person
from crm.people.merging import CannotMerge, merge_people
from crm.people.models import Activity, EmailAddress, Person, PersonMerge
from crm.people.parting import part_people
from crm.people.services import ContactData, capture
from crm.people.tagging import add_tags
from tenants.context import carry_tenant
from tenants.facts import TenantFacts

FORM = Source(kind="form", reference="form:1")
NEWS = ConsentGiven("news", "email", granted=True, basis="consent", wording="Yes, write to me.")


def together(*acts: Callable[[], object]) -> None:
    """Run them in threads that start at the same moment, each in the tenant; what one raises is raised here."""
    barrier = Barrier(len(acts))

    def started(act: Callable[[], object]) -> Callable[[], object]:
        def run() -> object:
            barrier.wait(timeout=60)
            return act()

        return carry_tenant(run)

    with ThreadPoolExecutor(len(acts)) as pool:
        for done in [pool.submit(started(act)) for act in acts]:
            done.result(timeout=120)


def test_two_forms_with_one_email_make_one_person(live_tenant: TenantFacts, now: datetime) -> None:
    def sign_up(number: int) -> Callable[[], object]:
        contact = ContactData(email="ada@example.org" if number % 2 else "ADA@Example.org", first_name="Ada")
        return lambda: capture(
            contact=contact, kind="signed_up", source=FORM, consents=[NEWS], key=f"form:{number}", now=now
        )

    together(*(sign_up(number) for number in range(6)))

    assert Person.objects.count() == EmailAddress.objects.count() == 1
    assert Activity.objects.count() == ConsentEntry.objects.count() == 6
    assert Person.objects.get().can_email


def test_a_double_click_is_one_activity(live_tenant: TenantFacts, now: datetime) -> None:
    contact = ContactData(email="ada@example.org")

    together(*(lambda: capture(contact=contact, kind="signed_up", source=FORM, key="once", now=now) for _ in range(4)))

    assert Activity.objects.count() == 1


def test_yes_and_no_at_once_leave_ledger_and_state_agreed(live_tenant: TenantFacts, now: datetime) -> None:
    person_id = capture(contact=ContactData(email="ada@example.org"), kind="signed_up", source=FORM, now=now).person_id

    together(
        *(lambda: record_consents(person_id=person_id, consents=[NEWS], source=FORM, now=now) for _ in range(3)),
        *(lambda: withdraw_consent(person_id=person_id, channel="email", source=FORM, now=now) for _ in range(3)),
    )

    last = ConsentEntry.objects.order_by("id").last()
    state = ConsentState.objects.get()
    assert last is not None
    assert (state.entry_id, state.granted) == (last.id, last.granted)
    assert Person.objects.get().can_email == last.granted


def test_tags_of_two_editors_both_stay(live_tenant: TenantFacts, now: datetime) -> None:
    person_id = capture(contact=ContactData(email="ada@example.org"), kind="signed_up", source=FORM, now=now).person_id

    put = partial(add_tags, person_ids=[person_id], source=FORM, now=now)

    together(*(partial(put, tags=[name]) for name in ("ecology", "volunteer", "climate")))

    assert len(Person.objects.get().tag_ids) == 3


def test_merges_at_once_leave_one_person_and_one_merge(live_tenant: TenantFacts, now: datetime) -> None:
    one, two = (
        capture(contact=ContactData(email=f"{name}@example.org"), kind="signed_up", source=FORM, now=now).person_id
        for name in ("ada", "boris")
    )

    def merge(keep_id: int, merged_id: int) -> None:
        keep, merged = Person.objects.get(pk=keep_id), Person.objects.get(pk=merged_id)
        with suppress(CannotMerge):
            merge_people(keep=keep, merged=merged, source=FORM, now=now)

    together(*(partial(merge, *ids) for ids in [(one, two), (two, one), (one, two), (two, one)]))

    assert PersonMerge.objects.count() == 1
    kept = Person.objects.alive().get()
    assert EmailAddress.objects.filter(person=kept).count() == 2
    together(*(partial(part_people, merge=PersonMerge.objects.get(), source=FORM, now=now) for _ in range(3)))
    assert Person.objects.alive().count() == 2
    assert EmailAddress.objects.exclude(person=kept).get().is_primary


def test_a_merge_and_an_erasure_at_once_lose_neither(live_tenant: TenantFacts, now: datetime) -> None:
    keep, gone = (
        Person.objects.get(
            pk=capture(
                contact=ContactData(email=f"{name}@example.org"), kind="signed_up", source=FORM, now=now
            ).person_id
        )
        for name in ("ada", "boris")
    )

    def merge() -> None:
        with suppress(CannotMerge):
            merge_people(keep=keep, merged=gone, source=FORM, now=now)

    def sign_up_again() -> None:
        capture(contact=ContactData(email="boris@example.org"), kind="shared", source=FORM, now=now)

    together(merge, partial(erase_person, person_id=keep.pk, now=now), sign_up_again)

    keep.refresh_from_db()
    gone.refresh_from_db()
    assert keep.is_erased
    # Erased first: the merge was refused. Merged first: both are gone, and whoever signs up then is somebody new.
    boris = EmailAddress.objects.filter(address="boris@example.org").select_related("person").first()
    if boris is None:  # merged and signed up, in whatever order, and then erased
        assert gone.merged_into_id == keep.pk
    else:
        assert not boris.person.is_erased
        assert (boris.person == gone) == (gone.merged_into_id is None)
    assert not EmailAddress.objects.filter(address="ada@example.org").exists()
