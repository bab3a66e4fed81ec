import uuid

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tenants', '0004_kind_of_domain'),
    ]

    operations = [
        migrations.AddField(
            model_name='migrationrun',
            name='uuid',
            field=models.UUIDField(default=uuid.uuid4),
        ),
        migrations.RunSQL('UPDATE tenants_migrationrun SET uuid = gen_random_uuid()', migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='migrationrun',
            name='uuid',
            field=models.UUIDField(default=uuid.uuid4, unique=True),
        ),
    ]
