"""What every service hears of accounts' states alike.

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

from uuid import UUID


def policy_subject(subject: str) -> tuple[UUID, int]:
    """Return the district and the version that a policy's subject names: `district/version`."""
    district_id, _, version = subject.partition("/")
    return UUID(district_id), int(version)


def catalogue_subject(subject: str) -> tuple[str, int]:
    """Return the service and the version that a catalogue item's subject names: `code/version`."""
    code, _, version = subject.partition("/")
    return code, int(version)
