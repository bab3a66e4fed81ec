"""What the console's tables need beyond Django's."""

import re
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst

register = template.Library()
OPENING = re.compile(r"^<(td|th)\b")


@register.simple_tag
def labelled_cells(cells: list[str], headers: list[dict[str, Any]]) -> SafeString:
    """A row whose cells know their column: on a phone each row is a card, and the head of the table is not there."""
    return mark_safe("".join(_labelled(cell, header) for cell, header in zip(cells, headers, strict=False)))  # noqa: S308 -- Django made the cells, and _labelled escapes the rest


def _labelled(cell: str, header: dict[str, Any]) -> str:
    if "action-checkbox" in header.get("class_attrib", "") or not header["text"]:
        return cell
    label = format_html(' data-l="{}"', capfirst(str(header["text"])))
    return OPENING.sub(lambda found: found[0] + label, cell, count=1)
