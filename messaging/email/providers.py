"""Who really receives: many domains are one provider, which counts what we send it as a whole."""

from collections.abc import Mapping

PROVIDERS: Mapping[str, tuple[str, ...]] = {
    "google": ("gmail.com", "googlemail.com"),
    "microsoft": ("outlook.com", "outlook.fr", "hotmail.com", "hotmail.fr", "live.com", "live.fr", "msn.com"),
    "yahoo": ("yahoo.com", "yahoo.fr", "ymail.com", "aol.com"),
    "orange": ("orange.fr", "wanadoo.fr"),
    "free": ("free.fr", "online.fr", "aliceadsl.fr"),
    "sfr": ("sfr.fr", "neuf.fr", "cegetel.net", "club-internet.fr", "numericable.fr"),
    "apple": ("icloud.com", "me.com", "mac.com"),
}
BY_DOMAIN = {domain: provider for provider, domains in PROVIDERS.items() for domain in domains}


def provider_of(address: str) -> str:
    domain = address.rpartition("@")[2].lower()
    return BY_DOMAIN.get(domain, domain)


def asks_to_slow_down(code: str) -> bool:
    """An answer about how much we send, and not about one mailbox."""
    return code.startswith(("421", "451 4.7", "450 4.7", "452 4.7"))
