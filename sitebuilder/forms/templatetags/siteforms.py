import re
from typing import Any

from django import template
from django.template import Context
from django.urls import reverse

from crm.fields.queries import fields_for_site
from sitebuilder.forms.forms import SignupForm
from sitebuilder.forms.sharing import share_address, share_links_to
from sitebuilder.forms.tokens import issue_token
from sitebuilder.forms.wording import (
    email_wording,
    legal_sentence,
    sms_wording,
    targeting_wording,
    tracking_wording,
    whole_wording,
)
from tenants.context import require_tenant
from tenants.office.profile import campaign_profile

register = template.Library()
CODE = re.compile(r"^[0-9a-z]{6,12}$")


@register.inclusion_tag("siteforms/signup.html", takes_context=True)
def signup_form(
    context: Context,
    *,
    title: str,
    button: str,
    key: Any,
    ask_birth_date: bool = False,
    ask_fields: Any = (),
    is_open: bool = False,
) -> dict[str, Any]:
    """The sign-up form. On the page of errors the context holds the bound `form` to show again."""
    profile = campaign_profile()
    page = context.get("page")
    request = context.get("request")
    asked_birth_date = bool(ask_birth_date)
    code = request.GET.get("de", "") if request is not None else ""
    wanted = {str(field_key) for field_key in ask_fields or ()}
    own = [field for field in fields_for_site() if str(field.key) in wanted] if wanted else []
    return {
        "title": title,
        "button": button,
        "key": key,
        "is_open": is_open,
        "form": context.get("form"),
        "asks_birth_date": asked_birth_date,
        "own": SignupForm(custom_fields=own, auto_id=f"{key}-%s"),
        "action": reverse("signup"),
        "token": issue_token(
            page_id=getattr(page, "pk", None) or 0,
            wording=whole_wording(profile),
            asks_birth_date=asked_birth_date,
            fields=[field.key for field in own],
        ),
        "recruiter": context.get("recruiter") or (code if CODE.match(code) else ""),
        "email_wording": email_wording(profile),
        "sms_wording": sms_wording(profile),
        "targeting_wording": targeting_wording(profile),
        "tracking_wording": tracking_wording(profile),
        "legal_sentence": legal_sentence(profile),
    }


@register.inclusion_tag("siteforms/share_links.html")
def share_links(*, message: str, key: Any, code: str = "") -> dict[str, Any]:
    address = share_address(require_tenant().absolute_url(""), code if CODE.match(code) else "")
    subject = campaign_profile().display_name
    return {
        "address": address,
        "key": key,
        "links": share_links_to(address, message=str(message or ""), subject=subject),
    }
