import segno

from tenants.factors.models import AuthenticatorApp


def picture_of(app: AuthenticatorApp) -> str:
    """What a telephone's camera reads, as an address for an image."""
    return str(segno.make(app.address, error="m").svg_data_uri(scale=5, border=2, light="#fff"))
