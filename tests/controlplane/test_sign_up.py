import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail

from controlplane.models import Campaign, Region, SignUp
from controlplane.services.signups import confirmation_token
from tenants import bus
from tenants.bus import ProvisionRequest
from tenants.users.models import User
from tests.conftest import TenantClient
from tests.controlplane.conftest import PASSWORD

Typed = Callable[..., dict[str, str]]
pytestmark = pytest.mark.usefixtures("public_schema", "run_tasks")


@pytest.fixture
def ask(platform: TenantClient, typed: Typed, django_capture_on_commit_callbacks: Any) -> Callable[..., Any]:
    """Fill in the form and send it; what was queued runs."""

    def send(**changes: str) -> Any:
        with django_capture_on_commit_callbacks(execute=True):
            return platform.post("/ouvrir/", typed(**changes))

    return send


def link_of(message: Any) -> str:
    found = re.search(r"/ouvrir/confirmer/\S+", message.body)
    assert found
    return found.group(0)


def test_the_form_sends_a_link_and_opens_nothing_yet(ask: Callable[..., Any]) -> None:
    response = ask()
    assert response.status_code == 302
    assert response["Location"] == "/ouvrir/courrier/"
    assert [message.to for message in mail.outbox] == [["ines.lahlou@example.org"]]
    assert not Campaign.objects.exists()
    assert not User.objects.filter(email="ines.lahlou@example.org").exists()


def test_the_password_is_kept_as_a_digest_only(ask: Callable[..., Any]) -> None:
    ask()
    sign_up = SignUp.objects.get()
    assert PASSWORD not in str(vars(sign_up))
    assert sign_up.password_hash


def test_sending_the_form_twice_makes_one_request_and_one_mail(ask: Callable[..., Any], typed: Typed) -> None:
    submission = typed()["submission"]
    ask(submission=submission)
    ask(submission=submission)
    assert SignUp.objects.count() == 1
    assert len(mail.outbox) == 1


def test_reading_the_link_opens_nothing(platform: TenantClient, ask: Callable[..., Any]) -> None:
    ask()
    page = platform.get(link_of(mail.outbox[0]))
    assert page.status_code == 200
    assert not Campaign.objects.exists()


def test_the_links_button_makes_customer_and_campaign_and_signs_in(
    platform: TenantClient, ask: Callable[..., Any]
) -> None:
    ask()
    response = platform.post(link_of(mail.outbox[0]))
    campaign = Campaign.objects.select_related("owner").get()
    assert response["Location"] == f"/ouvrir/{campaign.uuid}/"
    assert (campaign.slug, campaign.plan_code, campaign.cell.name) == ("demain-brest", "25k", "fr-1")
    assert campaign.owner.email == "ines.lahlou@example.org"
    assert campaign.owner.check_password(PASSWORD)
    assert platform.get(f"/ouvrir/{campaign.uuid}/").status_code == 200
    assert SignUp.objects.get().password_hash == ""


def test_the_cell_is_asked_to_set_the_campaign_up(
    platform: TenantClient,
    ask: Callable[..., Any],
    django_capture_on_commit_callbacks: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent: list[ProvisionRequest] = []
    monkeypatch.setitem(bus._receivers, "provision", sent.append)
    ask()
    with django_capture_on_commit_callbacks(execute=True):
        platform.post(link_of(mail.outbox[0]))
    campaign = Campaign.objects.get()
    assert [(request.uuid, request.cell, request.contact_limit) for request in sent] == [
        (campaign.uuid, "fr-1", 25_000)
    ]
    assert "@" not in str(sent)


def test_a_link_used_twice_finds_the_same_campaign(platform: TenantClient, ask: Callable[..., Any]) -> None:
    ask()
    link = link_of(mail.outbox[0])
    platform.post(link)
    again = platform.post(link)
    campaign = Campaign.objects.get()
    assert again["Location"] == f"/ouvrir/{campaign.uuid}/"
    assert platform.get(link)["Location"] == f"/ouvrir/{campaign.uuid}/"


def test_another_browser_shows_the_password_before_anything_is_opened(
    platform: TenantClient, ask: Callable[..., Any]
) -> None:
    """Whoever typed a stranger's address chose the password: the stranger's click must not give him the account."""
    ask()
    link, stranger = link_of(mail.outbox[0]), TenantClient(platform.defaults["HTTP_HOST"])
    assert "mot de passe" in stranger.get(link).content.decode()
    assert stranger.post(link).status_code == 422
    assert stranger.post(link, {"password": PASSWORD.upper()}).status_code == 422
    assert not Campaign.objects.exists()
    assert not User.objects.filter(email="ines.lahlou@example.org").exists()
    assert stranger.post(link, {"password": PASSWORD})["Location"] == link
    assert not Campaign.objects.exists()
    assert stranger.post(link)["Location"] == f"/ouvrir/{Campaign.objects.get().uuid}/"


def test_an_expired_link_opens_nothing(platform: TenantClient, ask: Callable[..., Any]) -> None:
    ask()
    SignUp.objects.update(expires_at=SignUp.objects.get().created_at - timedelta(seconds=1))
    assert platform.post(link_of(mail.outbox[0])).status_code == 410
    assert not Campaign.objects.exists()


@pytest.mark.parametrize("token", ["1.abc:wrong", "nonsense", "1"])
def test_a_link_that_is_not_ours_is_refused(platform: TenantClient, token: str) -> None:
    assert platform.post(f"/ouvrir/confirmer/{token}/").status_code == 404


def test_who_loses_the_race_for_an_address_is_told_and_takes_another(
    platform: TenantClient, ask: Callable[..., Any]
) -> None:
    ask()
    ask(email="boris@example.org", first_name="Boris")
    other = TenantClient(platform.defaults["HTTP_HOST"])
    other.post(link_of(mail.outbox[0]), {"password": PASSWORD})
    other.post(link_of(mail.outbox[0]))
    lost = platform.post(link_of(mail.outbox[1]))
    assert lost.status_code == 409
    assert "avec-demain-brest" in lost.content.decode()
    assert not User.objects.filter(email="boris@example.org").exists()
    platform.post(link_of(mail.outbox[1]), {"slug": "avec-demain-brest"})
    assert set(Campaign.objects.values_list("slug", flat=True)) == {"demain-brest", "avec-demain-brest"}


def test_a_known_address_gets_the_same_page_and_another_mail(
    platform: TenantClient, customer: User, ask: Callable[..., Any]
) -> None:
    unknown = ask()
    known = ask(email=customer.email, slug="autre-brest")
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert "déjà un compte" in mail.outbox[1].body
    assert "déjà un compte" not in mail.outbox[0].body
    assert SignUp.objects.get(slug="autre-brest").password_hash == ""


def test_a_known_address_signs_in_before_the_campaign_opens(
    platform: TenantClient, customer: User, ask: Callable[..., Any]
) -> None:
    ask(email=customer.email, password="un-autre-mot-2027")
    link = link_of(mail.outbox[0])
    assert platform.post(link)["Location"].startswith("/connexion/?next=")
    assert not Campaign.objects.exists()
    platform.force_login(customer)
    platform.post(link)
    assert Campaign.objects.get().owner == customer
    customer.refresh_from_db()
    assert customer.check_password(PASSWORD)


@pytest.mark.parametrize("slug", ["admin", "bureau", "www"])
def test_reserved_addresses_are_refused(ask: Callable[..., Any], slug: str) -> None:
    response = ask(slug=slug)
    assert response.status_code == 422
    assert f"avec-{slug}" in response.content.decode()
    assert not SignUp.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("kind", "army"),
        ("region", "de"),
        ("region", "us"),
        ("plan", "2m"),
        ("email", "ada"),
        ("password", "1234567890"),
        ("contract", ""),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(ask: Callable[..., Any], field: str, value: str) -> None:
    response = ask(**{field: value})
    assert response.status_code == 422
    assert f'id="id_{field}_error"' in response.content.decode()
    assert not SignUp.objects.exists()


def test_the_password_is_never_sent_back(ask: Callable[..., Any]) -> None:
    assert PASSWORD not in ask(name="").content.decode()


def test_the_mail_can_be_sent_again(
    platform: TenantClient, ask: Callable[..., Any], django_capture_on_commit_callbacks: Any
) -> None:
    ask()
    with django_capture_on_commit_callbacks(execute=True):
        platform.post("/ouvrir/renvoyer/")
    assert link_of(mail.outbox[0]) == link_of(mail.outbox[1])


def test_a_full_region_says_so_and_keeps_the_request(
    platform: TenantClient, ask: Callable[..., Any], region: Region
) -> None:
    ask()
    region.cells.update(soft_capacity=0)
    assert platform.post(link_of(mail.outbox[0])).status_code == 409
    region.cells.update(soft_capacity=10)
    assert platform.post(link_of(mail.outbox[0])).status_code == 302


def test_the_live_check_tells_free_taken_and_bad(platform: TenantClient) -> None:
    answers = {slug: platform.get("/ouvrir/adresse/", {"slug": slug}).json() for slug in ("Été 2027", "admin", "a")}
    assert (answers["Été 2027"]["slug"], answers["Été 2027"]["state"]) == ("ete-2027", "free")
    assert answers["admin"]["state"] == "taken"
    assert answers["admin"]["suggestions"]
    assert answers["a"]["state"] == "bad"


def test_the_live_check_is_limited(platform: TenantClient, settings: Any) -> None:
    settings.RATE_LIMIT_FACTOR = 1
    codes = [platform.get("/ouvrir/adresse/", {"slug": "ada"}).status_code for _ in range(122)]
    assert codes[:120] == [200] * 120
    assert codes[-1] == 429


def test_a_customer_opens_another_campaign_without_a_mail(
    signed_in: TenantClient, customer: User, typed: Typed
) -> None:
    values = typed(slug="deuxieme")
    signed_in.post("/ouvrir/", values)
    signed_in.post("/ouvrir/", values)
    assert list(Campaign.objects.values_list("slug", "owner__email")) == [("deuxieme", customer.email)]
    assert mail.outbox == []


def test_a_token_of_the_database_alone_is_no_link(platform: TenantClient, ask: Callable[..., Any]) -> None:
    ask()
    sign_up = SignUp.objects.get()
    assert platform.get(f"/ouvrir/confirmer/{sign_up.pk}.{sign_up.nonce}/").status_code == 404
    assert platform.get(f"/ouvrir/confirmer/{confirmation_token(sign_up)}/").status_code == 200
