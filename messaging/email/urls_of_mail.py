"""Addresses that stand in mails for years: built without the resolver, checked against it by a test."""


def unsubscribe_path(token: str) -> str:
    return f"/courrier/desabonnement/{token}/"


def agree_path(token: str) -> str:
    return f"/courrier/accord/{token}/"


def view_path(token: str) -> str:
    return f"/courrier/voir/{token}/"
