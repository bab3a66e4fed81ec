from datetime import datetime

from django.db import transaction

from tenants.entry import open_entry
from tenants.office.services.support import begin_visit
from tenants.office.services.team import NewMember, add_member
from tenants.users.models import User


def enter_by_link(*, token: str, now: datetime) -> User:
    """Use a one-time link from the platform up and return who enters; raises EntryInvalid, EntryExpired or EntryUsed.

    Who has an account already enters with it, with the role and the password that she has here.
    """
    with transaction.atomic():
        entry = open_entry(token, now=now)
        if entry.grant:
            return begin_visit(entry=entry, now=now)
        found = User.objects.filter(email=entry.email.lower(), is_active=True).first()
        if found is not None and found.role:
            return found
        user = add_member(
            member=NewMember(entry.email, entry.role, entry.language, entry.first_name, entry.last_name), now=now
        )
        user.password = entry.password_hash
        user.save(update_fields=["password"])
    return user
