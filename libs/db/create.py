"""python -m libs.db.create: create the databases and roles of a distributed platform, where no operator does it.

Reads CREATE_SUPERUSER_URL, CREATE_NAMES (by commas), one password per kind of role, and in CREATE_MORE_ROLES the roles
that only one service has. Run again, it sets passwords.
"""

from __future__ import annotations

from dataclasses import dataclass

from libs import settings as environment
from libs.db.migrations import create_service_database
from libs.logs import configure, get_logger


@dataclass(frozen=True, kw_only=True)
class CreateSettings:
    """What is to be created, as whom.

    `more_roles` are those that only one service has, by commas, as `<name>_relay` and `<name>_sealer`; each of them
    asks for its kind's password.
    """

    superuser_url: str
    names: str
    owner_password: str
    app_password: str
    reader_password: str
    more_roles: str = ""
    relay_password: str | None = None
    sealer_password: str | None = None


def main() -> None:
    """Create every database that is missing, with its roles."""
    configure("create")
    settings = environment.read("create", CreateSettings)
    for name, passwords in wanted(settings).items():
        create_service_database(settings.superuser_url, name, passwords=passwords, database=name)
        get_logger().info("database_ready", database=name)


def wanted(settings: CreateSettings) -> dict[str, dict[str, str]]:
    """Return the password of each kind of role, by the name of its database.

    Raises:
        environment.WrongSettingError: a role of no database, or of no kind that is known.
        environment.MissingSettingError: a role's password is not set.
    """
    of_all = {
        "owner": settings.owner_password,
        "app": settings.app_password,
        "reader": settings.reader_password,
    }
    more = {"relay": settings.relay_password, "sealer": settings.sealer_password}
    databases = {name: dict(of_all) for name in settings.names.split(",")}
    for role in filter(None, settings.more_roles.split(",")):
        name, _, kind = role.rpartition("_")
        if name not in databases or kind not in more:
            raise environment.WrongSettingError(f"CREATE_MORE_ROLES: {role} is no role of {settings.names}")
        password = more[kind]
        if not password:
            raise environment.MissingSettingError(f"CREATE_{kind.upper()}_PASSWORD")
        databases[name][kind] = password
    return databases


if __name__ == "__main__":
    main()
