"""The page behind the button of a request. No account, no cookie: the token in the address is the proof."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from messaging.email import agreeing
from messaging.email.tokens import AGREE, BadToken, TokenMaker
from tenants.office.profile import campaign_profile


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def agree(request: HttpRequest, token: str) -> HttpResponse:
    """Looking changes nothing: mail scanners look. The button records the sentence that it stands under."""
    try:
        target = TokenMaker(AGREE).read(token)
    except BadToken:
        return render(request, "email/unsubscribe_unknown.html", {"profile": campaign_profile()}, status=404)
    done = request.method == "POST" and agreeing.agree(target=target, now=timezone.now())
    context = {"question": agreeing.question_of(target), "profile": campaign_profile(), "done": done}
    return render(request, "email/agree.html", context)
