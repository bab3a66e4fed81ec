"""What makes the kept pages old: Wagtail's publications, and the few settings and questions that pages show."""

from typing import Any

from django.db.models.signals import post_delete, post_save
from wagtail.models import Page, PageViewRestriction, Site
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move

from crm.fields.models import CustomField, FieldChoice
from sitebuilder.pages.pagecache import start_generation
from sitebuilder.themes.models import Appearance
from tenants.office.models import CampaignProfile


def watch_changes() -> None:
    for signal in (page_published, page_unpublished, page_slug_changed, post_page_move):
        signal.connect(_forget_pages, dispatch_uid="pagecache")
    for model in (Appearance, CampaignProfile, Site, CustomField, FieldChoice, PageViewRestriction):
        post_save.connect(_forget_pages, sender=model, dispatch_uid=f"pagecache-{model.__name__}")
    for model in (Page, PageViewRestriction):
        post_delete.connect(_forget_pages, sender=model, dispatch_uid=f"pagecache-{model.__name__}-deleted")


def _forget_pages(sender: Any, **kwargs: Any) -> None:
    start_generation()
