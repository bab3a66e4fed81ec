from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("segments", "0005_law_of_lists")]

    operations = [
        migrations.AddField("peoplelist", "is_leaving", models.BooleanField(db_default=False, default=False)),
    ]
