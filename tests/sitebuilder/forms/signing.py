"""Signing up and confirming, as a visitor does it."""

import re
from datetime import timedelta
from itertools import count
from typing import Any

from django.test import Client
from django.utils import timezone

from sitebuilder.forms.tokens import issue_token
from sitebuilder.forms.wording import whole_wording
from tenants.office.profile import campaign_profile

FORMS = count()
EMAIL = "ada@example.org"


def token(*, age: timedelta = timedelta(minutes=1)) -> str:
    wording = whole_wording(campaign_profile())
    return issue_token(page_id=1, wording=wording, asks_birth_date=False, now=(timezone.now() - age).timestamp())


def sign_up(site: Client, **fields: str) -> Any:
    age = timedelta(seconds=60 + next(FORMS))  # another form each time: the same one twice is a double click
    return site.post("/inscription/", {"email": EMAIL, "consent_email": "1", "jeton": token(age=age), **fields})


def link_of(message: Any) -> str:
    found = re.search(r"https?://[^/\s]+(/inscription/confirmation/\S+)", str(message.body))
    assert found is not None, message.body
    return found[1]


def refusal_of(message: Any) -> str:
    found = re.search(r"https?://[^/\s]+(/inscription/plus-jamais/\S+)", str(message.body))
    assert found is not None, message.body
    return found[1]


def confirms(on: bool) -> None:
    profile = campaign_profile()
    profile.confirms_sign_ups = on
    profile.save()
