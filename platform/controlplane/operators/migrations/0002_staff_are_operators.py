from datetime import timedelta

from django.db import migrations
from django.utils import timezone


def make_operators(apps, schema_editor):
    """Who could open the console before still can, once she has set up a second factor."""
    now = timezone.now()
    for user in apps.get_model("users", "User").objects.filter(is_staff=True):
        apps.get_model("operators", "Operator").objects.get_or_create(
            user=user,
            defaults={"role": "administrator", "created_at": now, "may_enrol_until": now + timedelta(days=7)},
        )


class Migration(migrations.Migration):
    dependencies = [("operators", "0001_initial"), ("users", "0001_initial")]
    operations = [migrations.RunPython(make_operators, migrations.RunPython.noop)]
