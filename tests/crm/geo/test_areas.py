"""Which communes lie in an area or around a place."""

from crm.geo.areas import centroid_of, communes_inside, communes_near
from crm.geo.queries import all_communes

OLD_PORT = ((43.305, 5.35), (43.305, 5.395), (43.28, 5.395), (43.28, 5.35))
CITIES = {"75056": 20, "69123": 9, "13055": 16}


def test_an_area_of_a_city_holds_the_arrondissements_that_are_there() -> None:
    assert set(communes_inside(OLD_PORT)) == {"13201", "13202", "13203", "13206", "13207"}


def test_around_an_arrondissement_are_those_nearby_and_not_the_whole_city() -> None:
    assert communes_near("13216", 1) == ("13216",)
    assert {"13201", "13205", "13206"} <= set(communes_near("13201", 2))
    assert "13216" not in communes_near("13201", 2)


def test_around_a_city_are_all_of_its_arrondissements() -> None:
    for city, number in CITIES.items():
        near = communes_near(city, 1)
        assert city in near
        assert sum(code != city for code in near) == number


def test_every_arrondissement_stands_apart_from_its_city() -> None:
    points = {centroid_of(one) for one in all_communes() if one.is_arrondissement}

    assert None not in points
    assert len(points) == 45
