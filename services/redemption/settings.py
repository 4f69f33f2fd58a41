"""What the processes of redemption need to know, read once from REDEMPTION_*."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Where the database is, as the service's own role, and how many connections each process keeps."""

    database_url: str
    pool_max: int = 5
    owner_database_url: str | None = None
    broker: str = "postgres"
    broker_url: str | None = None
