"""What a telephone is to be told."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Notice:
    """What a telephone is to be told."""

    phone_number: str
    text: str
