"""python -m libs.db.create: create the databases and roles of a distributed platform, where no operator does it.

Reads CREATE_SUPERUSER_URL, CREATE_NAMES (by commas), one password per kind of role, in CREATE_MORE_ROLES the roles that
only one service has, and in CREATE_WATCHED whose changes of schema are recorded. Run again, it sets passwords.
"""

from __future__ import annotations

from dataclasses import dataclass

from psycopg.conninfo import make_conninfo

from libs import settings as environment
from libs.db.database import plain_url
from libs.db.migrations import create_service_database
from libs.db.watched import FUNCTION, prepare_watch
from libs.db.wire import wire_problem
from libs.logs import configure, get_logger


@dataclass(frozen=True, kw_only=True)
class CreateSettings:
    """What is to be created, as whom.

    `more_roles` are those that only one service has, by commas, as `<name>_relay` and `<name>_sealer`; each of them
    asks for its kind's password. `watched` are databases whose changes of schema are recorded, each with the function
    of its migrations that does it, as `<name>:<schema>.<function>` by commas.
    """

    superuser_url: str
    names: str
    owner_password: str
    app_password: str
    reader_password: str
    more_roles: str = ""
    watched: str = ""
    relay_password: str | None = None
    sealer_password: str | None = None


def main() -> None:
    """Create every database that is missing, with its roles."""
    configure("create")
    settings = environment.read("create", CreateSettings)
    problem = wire_problem(settings.superuser_url)
    if problem:
        raise environment.WrongSettingError(f"CREATE_SUPERUSER_URL: {problem}")
    watches = watches_of(settings)
    for name, passwords in wanted(settings).items():
        create_service_database(settings.superuser_url, name, passwords=passwords, database=name)
        if name in watches:
            inside = make_conninfo(plain_url(settings.superuser_url), dbname=name)
            prepare_watch(inside, f"{name}_owner", watches[name])
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


def watches_of(settings: CreateSettings) -> dict[str, str]:
    """Return the function that records changes of schema, by the name of its database.

    Raises:
        environment.WrongSettingError: of no database, or no function.
    """
    found: dict[str, str] = {}
    for watch in filter(None, settings.watched.split(",")):
        name, _, function = watch.partition(":")
        if name not in settings.names.split(",") or not FUNCTION.fullmatch(function):
            raise environment.WrongSettingError(f"CREATE_WATCHED: {watch} is not <name>:<schema>.<function>")
        found[name] = function
    return found


if __name__ == "__main__":
    main()
