"""Where the demo's people live: real communes, drawn by how many people they have."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from controlplane.demo.names import STREETS, VILLAGE_STREETS, words
from crm.geo.queries import Commune, find_commune

# Inhabitants of the sixteen arrondissements, from the same table as the communes.
ARRONDISSEMENTS = {
    "13001": 37_599, "13002": 24_378, "13003": 58_029, "13004": 49_363, "13005": 45_702, "13006": 38_476,
    "13007": 35_173, "13008": 84_683, "13009": 77_406, "13010": 60_317, "13011": 59_883, "13012": 64_399,
    "13013": 95_112, "13014": 60_505, "13015": 79_161, "13016": 15_854,
}  # fmt: skip
# Where the campaign is strong: the centre and the north-east of it.
STRONGHOLDS = {
    "13001": 1.9,
    "13003": 1.6,
    "13004": 1.5,
    "13005": 1.8,
    "13006": 1.5,
    "13007": 1.2,
    "13008": 0.7,
    "13009": 0.7,
}
AROUND = words(
    "13001 13005 13002 13028 13022 13054 13056 13047 13103 13004 13041 13063 13117 13112 13014 13071 13075 13106 13096 "
    "13007 13119 13016 13102 13081 13070 13073"
)
FAR = words("75056 69123 83137 06088 34172 31555 84007 33063 59350 44109 38185 30189 2A004 67482 35238 13004")


@dataclass(frozen=True, slots=True)
class Place:
    street: str
    postcode: str
    city: str
    commune_code: str


class Drawer:
    """Draws places; built once, for its sums take longer than a draw."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        weights = (people * STRONGHOLDS.get(postcode, 1.0) for postcode, people in ARRONDISSEMENTS.items())
        self.postcodes, self.postcode_sums = list(ARRONDISSEMENTS), list(accumulate(weights))
        self.around, self.around_sums = _with_sums(AROUND)
        self.far, self.far_sums = _with_sums(FAR)

    def draw(self) -> Place:
        side = self.rng.random()
        if side < 0.74:
            return self._in_marseille()
        if side < 0.95:
            return self._in(self.rng.choices(self.around, cum_weights=self.around_sums)[0])
        return self._in(self.rng.choices(self.far, cum_weights=self.far_sums)[0])

    def _in_marseille(self) -> Place:
        postcode = self.rng.choices(self.postcodes, cum_weights=self.postcode_sums)[0]
        street = f"{self.rng.randint(1, 180)} {self.rng.choice(STREETS)}"
        return Place(street, postcode, "Marseille", f"132{postcode[-2:]}")

    def _in(self, commune: Commune) -> Place:
        street = f"{self.rng.randint(1, 90)} {self.rng.choice(VILLAGE_STREETS)}"
        return Place(street, self.rng.choice(commune.postcodes), commune.name, commune.code)


def _with_sums(codes: Iterable[str]) -> tuple[list[Commune], list[int]]:
    communes = [commune for code in codes if (commune := find_commune(code))]
    return communes, list(accumulate(commune.population or 1000 for commune in communes))
