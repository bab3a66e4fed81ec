from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from tenants.context import tenant_context
from tenants.hosts import hosts
from tenants.office.services.second_factor import NoFactor, reset_factor
from tenants.users.models import User


class Command(BaseCommand):
    help = (
        "Take the lost second factor of a member of a campaign's team away; a mail tells her. For when nobody of the "
        "campaign can do it on the page of the team; make sure first that it is her who asks."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--campaign", required=True, help="its host name")
        parser.add_argument("--email", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = hosts.find(options["campaign"].strip().lower())
        if tenant is None:
            raise CommandError("There is no campaign with this host name in this cell.")
        with tenant_context(tenant):
            member = User.objects.filter(email=options["email"].strip().lower()).first()
            if member is None:
                raise CommandError("The team has no member with this address.")
            try:
                reset_factor(member=member, by=None, now=timezone.now())
            except NoFactor as error:
                raise CommandError("This member has no second factor.") from error
        self.stdout.write(f"Member {member.pk} signs in with the password alone, until a new second factor is set up.")
