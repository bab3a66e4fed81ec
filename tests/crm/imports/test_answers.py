"""What a file says of agreements: the strictest word of a row counts, and what cannot be read is no agreement."""

from datetime import datetime

import pytest

from crm.consent.models import ConsentState
from crm.imports.mapping import as_mapping, guess_mapping
from tenants.facts import TenantFacts
from tests.crm.imports.importing import imported, remarks


def agreed(channel: str = "email") -> dict[str, bool]:
    """By address, what the ledger says now."""
    return dict(ConsentState.objects.filter(channel=channel).values_list("person__email", "granted"))


def test_no_column_of_agreements_or_refusals_is_left_out() -> None:
    columns = ["email", "newsletter", "rgpd", "ne pas contacter", "opposition", "désinscription", "email blacklisted"]
    rows = [["a@b.fr", "oui", "non", "", "", "", "oui"], ["c@d.fr", "oui", "", "", "oui", "oui", ""]]
    assert as_mapping(guess_mapping(columns, rows)) == {
        "0": "email",
        "1": "email_opt_in",
        "2": "email_opt_in",
        "3": "do_not_contact",
        "4": "do_not_contact",
        "5": "unsubscribed_at",
        "6": "unsubscribed_at",
    }


@pytest.mark.parametrize(
    ("newsletter", "rgpd", "expected"),
    [("oui", "non", False), ("non", "oui", False), ("oui", "", True), ("", "oui", True), ("oui", "à revoir", None)],
)
def test_of_two_columns_the_strictest_counts(
    tenant: TenantFacts, now: datetime, newsletter: str, rgpd: str, expected: bool | None
) -> None:
    imported("a.csv", now, content=f"email,newsletter,rgpd\nada@example.org,{newsletter},{rgpd}\n".encode())
    assert agreed().get("ada@example.org") is expected


@pytest.mark.parametrize("is_known", [False, True])
def test_an_answer_that_cannot_be_read_is_no_agreement_whatever_is_declared_of_everyone(
    tenant: TenantFacts, now: datetime, *, is_known: bool
) -> None:
    if is_known:
        imported("a.csv", now, content=b"email\nada@example.org\nboris@example.org\nclo@example.org\n")
    content = "email,newsletter\nada@example.org,à revoir\nboris@example.org,\nclo@example.org,non\n".encode()
    run = imported("b.csv", now, content=content, consent_channels=["email"])

    assert agreed() == {"boris@example.org": True, "clo@example.org": False}
    assert (2, "warning", "bad_answer", "à revoir") in remarks(run)


def test_a_refusal_beside_is_stronger_than_what_is_declared_of_everyone(tenant: TenantFacts, now: datetime) -> None:
    content = b"email,ne pas contacter,blacklisted\nada@example.org,oui,\nboris@example.org,,oui\nclo@example.org,,\n"
    imported("a.csv", now, content=content, consent_channels=["email", "post"])

    assert agreed() == {"ada@example.org": False, "boris@example.org": False, "clo@example.org": True}
    assert agreed("post") == {"ada@example.org": False, "boris@example.org": True, "clo@example.org": True}


@pytest.mark.parametrize(
    ("column", "channel"), [("Désabonné", "email"), ("Refuse les appels", "phone"), ("Refuse tout contact", "email")]
)
@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("oui", False),
        ("Désabonné", False),
        ("refuse", False),
        ("12/03/2024", False),
        ("non", True),
        ("abonné", True),
        ("", True),
    ],
)
def test_under_a_name_of_refusals_a_yes_a_day_and_the_word_itself_refuse(
    tenant: TenantFacts, now: datetime, column: str, channel: str, said: str, *, expected: bool
) -> None:
    content = f"email,tel,{column}\nada@example.org,0601020304,{said}\n".encode()
    imported("a.csv", now, content=content, consent_channels=[channel])
    assert agreed(channel) == {"ada@example.org": expected}
