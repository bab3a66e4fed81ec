from django.db import migrations, models


class Migration(migrations.Migration):
    """Agreements to news, which files bring by the million, are entered in one index less."""

    dependencies = [
        ('consent', '0008_entries_are_asked_for_with_their_person'),
        ('people', '0018_distinct_tags'),
    ]

    operations = [
        migrations.RemoveIndex(model_name='consentstate', name='consent_state_granted'),
        migrations.AddIndex(
            model_name='consentstate',
            index=models.Index(condition=models.Q(('granted', True), models.Q(('channel__in', ['email', 'sms']), ('purpose', 'news'), _negated=True)), fields=['purpose', 'channel', 'person'], name='consent_state_granted'),
        ),
    ]
