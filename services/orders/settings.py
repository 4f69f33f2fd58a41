"""What the processes of orders need to know, read once from ORDERS_*."""

from dataclasses import dataclass

from libs.roles import RoleSettings


@dataclass(frozen=True, kw_only=True)
class Settings(RoleSettings):
    """What every service reads, and the loopback port that wakes the relay of this machine."""

    wake_port: int | None = None
