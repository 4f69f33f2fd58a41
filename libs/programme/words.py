"""The words of the programme that more than one service uses: one enumeration each."""

from enum import StrEnum


class PersonStatus(StrEnum):
    """Whether the platform still deals with the person."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    DECEASED = "deceased"
    SEALED = "sealed"
    ERASED = "erased"
