"""What the processes of orders need to know, read once from ORDERS_*."""

from dataclasses import dataclass, field

from libs.roles import RoleSettings


@dataclass(frozen=True, kw_only=True)
class Settings(RoleSettings):
    """What every service reads, the loopback port that wakes the relay of this machine, and the key of the door codes.

    Only the API reads and makes door codes: the other roles need no key.
    """

    door_key: str = field(default="", repr=False)
    wake_port: int | None = None
