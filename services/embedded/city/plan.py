"""Who lives in the demo city: units, people, relations; pure, and the same for the same seed and day."""

from __future__ import annotations

import dataclasses
import random
from datetime import date, timedelta
from uuid import UUID

from libs.ids import id_from_cause
from services.embedded.city.names import invent_name

CITY_NAMESPACE = UUID("5b0f3f1e-6f0c-5f0a-9a53-7d1c2a9d4e10")
PEOPLE = 300
VOLUNTEERS = 130
ELDERS = 124
HISTORY_DAYS = 365

DISTRICTS = (("东河区", "Donghe", "nanjing"), ("西山区", "Xishan", "beijing"))
STREETS = (("和平街道", "春江街道", "望湖街道"), ("新桥街道", "松林街道", "云台街道"))
COMMUNITIES = (
    "春晖",
    "柳荫",
    "桃园",
    "清河",
    "望江",
    "听涛",
    "兰亭",
    "梅苑",
    "湖滨",
    "芳草",
    "银杏",
    "丹桂",
    "石桥",
    "青松",
    "翠竹",
    "白云",
    "金泉",
    "枫林",
    "朝阳",
    "长乐",
    "永安",
    "幸福",
    "和美",
    "康宁",
)
GRADES = ("intact",) * 10 + ("mild",) * 6 + ("moderate",) * 3 + ("severe",)
HARDSHIPS = ((),) * 7 + (("empty_nest_alone",), ("dibao",), ("empty_nest_alone", "dibao"), ("lost_only_child",))


@dataclasses.dataclass(frozen=True)
class Unit:
    """A node of the organisation tree; a district has the preset of its policy."""

    unit_id: UUID
    level: str
    parent: Unit | None
    name_zh: str
    name_en: str = ""
    preset: str = ""

    def above(self, level: str) -> Unit:
        """Return the unit of this level that this one belongs to."""
        unit: Unit = self
        while unit.level != level:
            assert unit.parent is not None, f"{unit.level} is not below {level}"
            unit = unit.parent
        return unit


@dataclasses.dataclass(frozen=True)
class Resident:
    """Somebody invented. `roles` need no unit; `staff` are roles at a unit."""

    person_id: UUID
    name: str
    born: date
    sex: str
    home: Unit
    latitude: str
    longitude: str
    registered: date
    roles: tuple[str, ...] = ()
    staff: tuple[tuple[str, Unit], ...] = ()
    grade: str = "intact"
    hardship: tuple[str, ...] = ()
    household: str = ""
    has_phone: bool = True
    login: str = ""
    visit_risk: str = ""
    certificates: tuple[str, ...] = ()
    # Minutes of an older paper book, brought in by two people when the programme began.
    paper_book_minutes: int = 0


@dataclasses.dataclass(frozen=True)
class Kinship:
    """`relative` is the `kind` of `person`."""

    relation_id: UUID
    person: Resident
    relative: Resident
    kind: str


@dataclasses.dataclass(frozen=True)
class City:
    """Everybody and everything there is before the first order."""

    city: Unit
    units: tuple[Unit, ...]
    residents: tuple[Resident, ...]
    kinships: tuple[Kinship, ...]
    first_day: date

    def staff_at(self, role: str, unit: Unit) -> list[Resident]:
        """Return who has a role at exactly this unit."""
        return [resident for resident in self.residents if (role, unit) in resident.staff]

    def districts(self) -> list[Unit]:
        """Return the districts, in their order."""
        return [unit for unit in self.units if unit.level == "district"]

    def by_login(self, login: str) -> Resident:
        """Return a demo person."""
        return next(resident for resident in self.residents if resident.login == login)


def make_city(*, seed: int, today: date, city_id: UUID) -> City:
    """Return the city of this seed, whose year of history ends today."""
    source = random.Random(seed)
    city = Unit(city_id, "city", None, "示范市", "Demo City")
    units = _units(city, seed)
    maker = _Maker(source, seed, today - timedelta(days=HISTORY_DAYS))
    communities = [unit for unit in units if unit.level == "community"]
    residents = [*_staff(maker, city, units), *_demo_people(maker, communities)]
    residents += _elders(maker, communities, ELDERS - 1)
    volunteers = PEOPLE - len(residents) - 4
    residents += _volunteers(maker, communities, volunteers)
    residents += [maker.person(communities[6 * n], age=38, roles=("provider_worker",)) for n in range(4)]
    assert len(residents) == PEOPLE
    return City(city, units, tuple(residents), tuple(_kinships(source, seed, residents)), maker.first_day)


def _units(city: Unit, seed: int) -> tuple[Unit, ...]:
    names = iter(COMMUNITIES)
    units: list[Unit] = []
    for (zh, en, preset), streets in zip(DISTRICTS, STREETS, strict=True):
        district = Unit(_id(seed, "unit", zh), "district", city, zh, en, preset)
        units.append(district)
        for street_zh in streets:
            street = Unit(_id(seed, "unit", street_zh), "street", district, street_zh)
            units.append(street)
            for _ in range(4):
                name = next(names) + "社区"
                units.append(Unit(_id(seed, "unit", name), "community", street, name))
    return tuple(units)


class _Maker:
    """Invents people one after the other."""

    def __init__(self, source: random.Random, seed: int, first_day: date) -> None:
        self.source, self.seed, self.first_day, self.made = source, seed, first_day, 0

    def person(self, home: Unit, *, age: int, sex: str = "", joined_by_day: int = 0, **more: object) -> Resident:
        """Return a new resident of a community, registered within the first `joined_by_day` days."""
        source = self.source
        self.made += 1
        sex = sex or source.choice(("female", "male"))
        born = self.first_day.replace(year=self.first_day.year - age, day=1) - timedelta(days=source.randrange(2, 300))
        east = int(home.unit_id) % 97
        resident = Resident(
            person_id=_id(self.seed, "person", str(self.made)),
            name=invent_name(source, sex=sex, age=age),
            born=born,
            sex=sex,
            home=home,
            latitude=_degrees(31_200 + east + source.randrange(-3, 4)),
            longitude=_degrees(121_400 + (east * 7) % 90 + source.randrange(-3, 4)),
            registered=self.first_day + timedelta(days=source.randrange(joined_by_day + 1)),
        )
        return dataclasses.replace(resident, **more)  # type: ignore[arg-type]  # named fields of Resident


def _staff(maker: _Maker, city: Unit, units: tuple[Unit, ...]) -> list[Resident]:
    communities = [unit for unit in units if unit.level == "community"]
    posts = [("city_admin", city, "cityadmin"), ("city_auditor", city, "auditor")]
    for number, unit in enumerate(unit for unit in units if unit.level == "district"):
        posts += [("district_admin", unit, "" if number else "admin"), ("operator", unit, "" if number else "operator")]
    posts += [("checker", unit, "") for unit in units if unit.level == "street"]
    posts += [("coordinator", unit, "") for unit in communities]
    people = []
    for role, unit, login in posts:
        home = next(one for one in communities if unit in (one, one.parent, one.above("district"), city))
        first = {"checker": communities[0].parent, "coordinator": communities[0]}.get(role)
        name = login or (role if unit == first else "")
        people.append(maker.person(home, age=maker.source.randrange(28, 56), staff=((role, unit),), login=name))
    return people


def _demo_people(maker: _Maker, communities: list[Unit]) -> list[Resident]:
    """Return the three whom a visitor may be: an elder, her daughter, a volunteer; all in the first community."""
    home = communities[0]
    elder = maker.person(
        home, age=78, sex="female", roles=("recipient",), login="elder", grade="mild", paper_book_minutes=1_200
    )
    daughter = maker.person(home, age=50, sex="female", roles=("volunteer",), login="daughter")
    volunteer = maker.person(home, age=45, sex="male", roles=("volunteer",), login="volunteer")
    return [elder, daughter, volunteer]


def _elders(maker: _Maker, communities: list[Unit], count: int) -> list[Resident]:
    source = maker.source
    elders = []
    for number in range(count):
        age = source.randrange(63, 92)
        grade = source.choice(GRADES)
        hardship = source.choice(HARDSHIPS)
        elders.append(
            maker.person(
                communities[number % len(communities)],
                age=age,
                joined_by_day=60,
                roles=("recipient",),
                grade=grade,
                hardship=hardship,
                has_phone=source.random() < 0.7,
                visit_risk="high" if "empty_nest_alone" in hardship and age > 80 else "key" if hardship else "",
                paper_book_minutes=source.choice((0, 0, 300, 600, 900)),
            )
        )
    return elders


def _volunteers(maker: _Maker, communities: list[Unit], count: int) -> list[Resident]:
    source = maker.source
    volunteers = []
    for number in range(count):
        age = source.choice((19, 22, 27, 33, 38, 44, 49, 53, 57, 61, 64, 67, 69))
        certificates = ("health",) if source.random() < 0.2 else ("carer",) if source.random() < 0.1 else ()
        volunteers.append(
            maker.person(
                communities[number % len(communities)],
                age=age,
                joined_by_day=40,
                # Younger elders serve, and are helped one day themselves.
                roles=("volunteer", "recipient") if age >= 64 else ("volunteer",),
                certificates=certificates,
            )
        )
    return volunteers


def _kinships(source: random.Random, seed: int, residents: list[Resident]) -> list[Kinship]:
    by_login = {resident.login: resident for resident in residents if resident.login}
    pairs = [(by_login["elder"], by_login["daughter"], "child")]
    elders = [resident for resident in residents if resident.roles == ("recipient",) and not resident.login]
    grown = [resident for resident in residents if resident.roles == ("volunteer",) and not resident.login]
    for elder, relative in zip(source.sample(elders, 60), source.sample(grown, 60), strict=True):
        years = relative.born.year - elder.born.year
        pairs.append((elder, relative, "sibling" if years < 18 else "child" if years < 45 else "grandchild"))
    return [
        Kinship(_id(seed, "relation", str(number)), person, relative, kind)
        for number, (person, relative, kind) in enumerate(pairs)
    ]


def _id(seed: int, *parts: str) -> UUID:
    return id_from_cause(CITY_NAMESPACE, str(seed), *parts)


def _degrees(thousandths: int) -> str:
    return f"{thousandths // 1000}.{thousandths % 1000:03d}"
