from django.db import migrations


def seed(apps, schema_editor):
    Region = apps.get_model("controlplane", "Region")
    Cell = apps.get_model("controlplane", "Cell")
    france, _ = Region.objects.get_or_create(code="fr", defaults={"country": "FR", "in_eea": True, "is_open": True})
    Region.objects.get_or_create(code="de", defaults={"country": "DE", "in_eea": True, "is_open": False})
    Cell.objects.get_or_create(name="fr-1", defaults={"region": france})


class Migration(migrations.Migration):
    dependencies = [("controlplane", "0001_initial")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
