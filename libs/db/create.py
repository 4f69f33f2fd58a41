"""python -m libs.db.create: create the databases and roles of a distributed platform, where no operator does it.

Reads CREATE_SUPERUSER_URL, CREATE_NAMES (by commas) and one password per kind of role. Run again, it sets passwords.
"""

from __future__ import annotations

from dataclasses import dataclass

from libs import settings as environment
from libs.db.migrations import create_service_database
from libs.logs import configure, get_logger


@dataclass(frozen=True, kw_only=True)
class CreateSettings:
    """What is to be created, as whom; `more_roles` are those that only one service has, as `<name>_<role>`."""

    superuser_url: str
    names: str
    owner_password: str
    app_password: str
    reader_password: str
    more_roles: str = ""
    more_password: str = ""


def main() -> None:
    """Create every database that is missing, with its roles."""
    configure("create")
    settings = environment.read("create", CreateSettings)
    passwords = {
        "owner": settings.owner_password,
        "app": settings.app_password,
        "reader": settings.reader_password,
    }
    for name in settings.names.split(","):
        mine = [role for role in settings.more_roles.split(",") if role.startswith(f"{name}_")]
        more = {role.removeprefix(f"{name}_"): settings.more_password for role in mine}
        create_service_database(settings.superuser_url, name, passwords=passwords | more, database=name)
        get_logger().info("database_ready", database=name)


if __name__ == "__main__":
    main()
