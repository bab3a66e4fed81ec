"""The state of the service, for customers: a page, and the same for programs and feed readers."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Rss201rev2Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from controlplane.status.models import Incident
from controlplane.status.queries import public_state

SECONDS = 30


@require_safe
@cache_control(max_age=SECONDS)
def status(request: HttpRequest) -> HttpResponse:
    context = {"title": _("State of the service"), "state": public_state(now=timezone.now())}
    return render(request, "status/status.html", context)


@require_safe
@cache_control(max_age=SECONDS, public=True)
def status_json(request: HttpRequest) -> JsonResponse:
    state = public_state(now=timezone.now())
    cells = [
        {
            "cell": shown.cell.name,
            "region": shown.cell.region.code,
            "state": shown.condition.value,
            "percent": shown.percent,
        }
        for shown in state.cells
    ]
    incidents = [_as_dict(incident) for incident in state.under_way]
    answer = {"at": state.at, "state": state.condition.value, "cells": cells, "incidents": incidents}
    response = JsonResponse(answer)
    response["Access-Control-Allow-Origin"] = "*"  # public facts: any status board may read them
    return response


def _as_dict(incident: Incident) -> dict[str, Any]:
    news = [{"at": update.at, "state": update.state, "text": update.text} for update in incident.updates.all()]
    return {
        "title": incident.title,
        "impact": incident.impact,
        "began_at": incident.began_at,
        "cells": [cell.name for cell in incident.cells.all()],
        "news": news,
    }


@require_safe
@cache_control(max_age=SECONDS, public=True)
def status_feed(request: HttpRequest) -> HttpResponse:
    page = request.build_absolute_uri(reverse("controlplane:status"))
    feed = Rss201rev2Feed(
        title=_("State of the service Isoloir"),
        link=page,
        description=_("Incidents and planned work"),
        language=get_language(),
    )
    state = public_state(now=timezone.now())
    for incident in [*state.under_way, *state.past]:
        news = list(incident.updates.all())
        feed.add_item(
            title=incident.title,
            link=f"{page}#incident-{incident.pk}",
            description="\n".join(update.text for update in news),
            pubdate=news[0].at if news else incident.began_at,
            unique_id=f"incident-{incident.pk}",
            unique_id_is_permalink=False,
        )
    return HttpResponse(feed.writeString("utf-8"), content_type="application/rss+xml; charset=utf-8")
