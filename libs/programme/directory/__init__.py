"""The read model of persons, units, relations, grants, keys and policies, once for all services.

Shared code, never shared data: each service has its own tables, keeps the columns that its rules need (it names them:
`Directory(person={"grade", "hardship"})`) and no others, and fills them from events.

A tombstone is obeyed by all in the same way: what it is about is forgotten in the same transaction, so that whoever
heard it once and whoever starts late from the compacted topic know the same.

| of | then |
|---|---|
| PersonState | the person, their relations and grants, and the words about them are deleted; their tokens are refused |
| RelationState, ActingGrantState | nobody is related, nobody may act by it |
| OrgUnitState | no role reaches anything through the unit |
| PolicyPublished | the version is gone; what was counted under it waits, and ends among the dead letters |
| SigningKeysChanged | there is no key: every token is refused until keys are published again |
| CatalogueItemPublished | the version of the service is gone; nobody asks for it |
| GroupState | nobody serves within the group |
"""

from libs.programme.directory.columns import Derived
from libs.programme.directory.directory import Directory, signing_keys
from libs.programme.directory.relations import related_to, relation_between
from libs.programme.directory.states import PersonTold, catalogue_subject
from libs.programme.directory.units import (
    UnitNames,
    city_units,
    district_of,
    districts,
    names_of_units,
    path_of,
    units_below,
)

__all__ = [
    "Derived",
    "Directory",
    "PersonTold",
    "UnitNames",
    "catalogue_subject",
    "city_units",
    "district_of",
    "districts",
    "names_of_units",
    "path_of",
    "related_to",
    "relation_between",
    "signing_keys",
    "units_below",
]
