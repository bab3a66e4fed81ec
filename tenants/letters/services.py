"""What could not be received is kept, tried again, and shown; nothing of it is lost."""

import hashlib
import json
import logging
from datetime import datetime, timedelta
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone

from tenants.bus import receive_message
from tenants.context import public_context
from tenants.letters.models import DeadLetter

logger = logging.getLogger(__name__)
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
AT_ONCE = 100
KEPT_FOR = timedelta(days=90)


def keep_letter(*, name: str, version: int, body: dict[str, Any], sender: str, error: Exception) -> None:
    text = json.dumps([name, version, body, sender], sort_keys=True, cls=DjangoJSONEncoder)
    reason, now = type(error).__name__, timezone.now()
    with public_context():
        DeadLetter.objects.get_or_create(
            digest=hashlib.sha256(text.encode()).hexdigest(),
            defaults={
                "name": name,
                "version": version,
                "body": body,
                "sender": sender,
                "reason": reason,
                "kept_at": now,
                "next_try_at": now + FIRST_PAUSE,
            },
        )
    logger.error("A message is kept as a dead letter: %s %s from %s (%s)", name, version, sender, reason)


def deliver_letters(*, now: datetime) -> int:
    """Try those that are due again, each by itself; returns how many were received."""
    with public_context():
        DeadLetter.objects.filter(kept_at__lt=now - KEPT_FOR).delete()
        due = list(DeadLetter.objects.filter(next_try_at__lte=now).values_list("pk", flat=True)[:AT_ONCE])
    return sum(deliver_letter(letter_id=pk, now=now) for pk in due)


def deliver_letter(*, letter_id: int, now: datetime) -> bool:
    """Try one again; returns whether it was received. It is gone then, and waits longer otherwise."""
    with public_context(), transaction.atomic():
        letter = DeadLetter.objects.select_for_update(skip_locked=True).filter(pk=letter_id).first()
        if letter is None:
            return False
        try:
            with transaction.atomic():
                receive_message(name=letter.name, version=letter.version, body=letter.body, sender=letter.sender)
        except Exception as error:  # noqa: BLE001 -- whatever it is, the letter stays and says so
            pause = min(FIRST_PAUSE * 2 ** min(letter.tries, 10), LONGEST_PAUSE)
            DeadLetter.objects.filter(pk=letter.pk).update(
                tries=letter.tries + 1, reason=type(error).__name__, next_try_at=now + pause
            )
            return False
        letter.delete()
    return True


def discard_letter(*, letter_id: int) -> None:
    with public_context():
        DeadLetter.objects.filter(pk=letter_id).delete()
