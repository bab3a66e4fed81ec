"""The campaign's own fields as merge fields."""

import re
from typing import Any

import pytest

from crm.fields.models import CustomField
from messaging.deliveries.enums import LegalClass
from messaging.email.merge import mark, unknown_fields, used_fields
from messaging.email.queries import empty_fields
from tenants.facts import TenantFacts
from tenants.users.models import User
from tests.conftest import TenantClient
from tests.crm.fields.making import one_of_each
from tests.messaging.email.test_mail import content, delivered
from tests.messaging.sink import Sink
from tests.messaging.support import draft, person

BODY = [
    (
        "text",
        "<p>Votre T-shirt&nbsp;: {{ taille|à choisir }}. Vos envies : {{ envies }}. Affiches : {{ affiches collées }}.</p>",
    )
]


@pytest.mark.parametrize(
    ("custom", "shown"),
    [
        (True, "T-shirt\xa0: M. Vos envies : Coller, Écrire. Affiches : 1\xa0200."),
        (False, "T-shirt\xa0: à choisir. Vos envies :. Affiches :."),
    ],
)
def test_each_recipient_reads_her_own_values(
    tenant: TenantFacts, owner: User, sink: Sink, custom: bool, shown: str
) -> None:
    fields = one_of_each()
    told = {"choice": "M", "choices": "Coller, écrire", "number": 1200}
    values: dict[str, Any] = {str(fields[kind].key): value for kind, value in told.items()}
    person("lea", first_name="Léa", custom=values if custom else {})
    assert shown in content(delivered(owner, sink, body=BODY), "plain")


def test_a_field_is_known_by_its_name_while_it_is_in_use_and_not_sensitive(tenant: TenantFacts) -> None:
    fields = one_of_each()
    text = "{{ Affiches_collées }} {{ taille }} {{ nom }} {{ inconnu }}"
    assert unknown_fields(text) == ["{{ inconnu }}"]
    assert {one.name for one in used_fields(mark(text))} == {
        fields["number"].column,
        fields["choice"].column,
        "last_name",
    }
    CustomField.objects.filter(kind="choice").update(is_sensitive=True)
    assert unknown_fields(text) == ["{{ taille }}", "{{ inconnu }}"]


def test_the_review_says_for_how_many_a_field_is_empty(tenant: TenantFacts, owner: User) -> None:
    fields = one_of_each()
    person("lea", custom={str(fields["choice"].key): "M"})
    person("boris")
    message = draft(owner, body=BODY)
    told = empty_fields(message, ["{{ taille }} {{ envies|rien }}"], {}, LegalClass.WHOLE)
    assert len(told) == 1
    assert "Taille" in told[0]


@pytest.mark.parametrize(("language", "first"), [("fr", "{{ prénom }}"), ("en", "{{ first name }}")])
def test_the_composer_offers_names_that_merge_in_both_languages(
    office: TenantClient, tenant: TenantFacts, language: str, first: str
) -> None:
    one_of_each()
    User.objects.update(language=language)

    page = office.get("/bureau/messages/nouveau/").content.decode()
    offered = re.findall("<code>(.*?)</code>", page)

    assert offered[0] == first
    assert {"{{ prénom }}", "{{ first name }}"} <= set(offered)
    assert unknown_fields(" ".join(offered)) == []
    assert len({one.name for one in used_fields(mark(" ".join(offered[:5])))}) == 4
