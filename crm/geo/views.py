from django.http import JsonResponse
from django.views.decorators.http import require_GET

from crm.geo.queries import communes_matching
from tenants.http import TenantRequest
from tenants.office.access import needs


@needs("people.view")
@require_GET
def communes(request: TenantRequest) -> JsonResponse:
    """For boxes where one types a commune or a postcode: ?q="""
    found = communes_matching(request.GET.get("q", "")[:60])
    results = [
        {
            "code": one.code,
            "name": one.name,
            "departement": one.departement,
            "postcodes": one.postcodes[:30],
            "population": one.population,
        }
        for one in found
    ]
    return JsonResponse({"communes": results})
