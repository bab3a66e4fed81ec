"""Which communes lie in a drawn area or around a commune: by their centroids, without any map server."""

from functools import cache, lru_cache
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt

from crm.geo.queries import Commune, all_communes, find_commune

EARTH = 6371.0088  # km
Point = tuple[float, float]  # latitude, longitude


def distance(here: Point, there: Point) -> float:
    """Kilometres on the sphere."""
    (lat, lon), (other_lat, other_lon) = ((radians(a), radians(b)) for a, b in (here, there))
    half = sin((other_lat - lat) / 2) ** 2 + cos(lat) * cos(other_lat) * sin((other_lon - lon) / 2) ** 2
    return 2 * EARTH * asin(sqrt(half))


def is_inside(point: Point, outline: tuple[Point, ...]) -> bool:
    """Even-odd rule: how often a line to the west crosses the outline."""
    lat, lon = point
    inside = False
    for (lat_a, lon_a), (lat_b, lon_b) in pairwise((*outline, outline[0])):
        if (lat_a > lat) != (lat_b > lat) and lon < (lon_b - lon_a) * (lat - lat_a) / (lat_b - lat_a) + lon_a:
            inside = not inside
    return inside


def centroid_of(commune: Commune) -> Point | None:
    """An arrondissement has a point of its own beside that of its city."""
    return None if commune.lat is None or commune.lon is None else (commune.lat, commune.lon)


@lru_cache(maxsize=256)
def communes_inside(outline: tuple[Point, ...]) -> tuple[str, ...]:
    """Codes of the communes and arrondissements whose centroid is inside."""
    lats, lons = zip(*outline, strict=True)
    south, north, west, east = min(lats), max(lats), min(lons), max(lons)
    return tuple(
        commune.code
        for commune, (lat, lon) in _centroids()
        if south <= lat <= north and west <= lon <= east and is_inside((lat, lon), outline)
    )


@lru_cache(maxsize=256)
def communes_near(code: str, km: int) -> tuple[str, ...]:
    """Codes of the communes whose centroid is so near to that of this one, itself among them; none without a centroid.

    Around a city, all of its arrondissements: they are the city.
    """
    centre = find_commune(code)
    here = centroid_of(centre) if centre else None
    if here is None:
        return ()
    reach = km / 111 + 0.1  # degrees of latitude: the rest is too far to be measured
    return tuple(
        other.code
        for other, point in _centroids()
        if other.city_code == code or (abs(point[0] - here[0]) <= reach and distance(here, point) <= km)
    )


@cache
def _centroids() -> tuple[tuple[Commune, Point], ...]:
    return tuple((commune, point) for commune in all_communes() if (point := centroid_of(commune)))
