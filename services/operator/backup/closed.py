"""Databases that are being restored: empty before, and closed to all but their owners until all of them are whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg import sql

from libs.db.database import plain_url
from services.operator.backup.sealed_folder import BackupRefusedError
from services.operator.backup.tables import tables_of

_ROLES = """
    SELECT DISTINCT r.rolname FROM pg_database d, aclexplode(d.datacl) a JOIN pg_roles r ON r.oid = a.grantee
    WHERE d.datname = current_database() AND a.privilege_type = 'CONNECT' AND r.rolname <> current_user"""
_OTHERS = """
    SELECT DISTINCT usename FROM pg_stat_activity
    WHERE datname = current_database() AND usename = ANY(%s) ORDER BY usename"""
_LET_IN = """
    SELECT rolname FROM pg_roles
    WHERE rolname = ANY(%s) AND has_database_privilege(oid, current_database(), 'CONNECT')"""
_TO_EVERYBODY = "SELECT datacl IS NULL FROM pg_database WHERE datname = current_database()"


class ClosedDatabases:
    """Empty databases, reached as their owners; nobody else gets in between `close` and `open`."""

    def __init__(self, owners: Mapping[str, str]) -> None:
        self._owners = owners
        self._roles: dict[str, list[str]] = {}

    def close(self) -> None:
        """Let nobody but the owners in.

        Raises:
            BackupRefusedError: one is not empty, somebody else is in it, or its owner may not say who gets in.
        """
        for service, url in self._owners.items():
            with psycopg.connect(plain_url(url), autocommit=True) as connection:
                _refuse_filled(connection, service)
        try:
            for service, url in self._owners.items():
                with psycopg.connect(plain_url(url), autocommit=True) as connection:
                    self._roles[service] = [name for (name,) in connection.execute(_ROLES.encode())]
                    _say_who_gets_in(connection, "REVOKE CONNECT ON DATABASE {} FROM {}", self._roles[service])
                    _refuse_open(connection, service, self._roles[service])
        except BackupRefusedError:
            self.open()
            raise

    def open(self) -> None:
        """Let those in again who were."""
        for service, roles in self._roles.items():
            with psycopg.connect(plain_url(self._owners[service]), autocommit=True) as connection:
                _say_who_gets_in(connection, "GRANT CONNECT ON DATABASE {} TO {}", roles)


def _refuse_filled(connection: psycopg.Connection[Any], service: str) -> None:
    if tables_of(connection):
        raise BackupRefusedError(
            f"the database of {service} is not empty; drop it and create it anew (python -m libs.db.create), "
            "and do not migrate it: a restore does"
        )
    if connection.execute(_TO_EVERYBODY.encode()).fetchone() == (True,):
        raise BackupRefusedError(
            f"everybody may connect to the database of {service}: python -m libs.db.create says who"
        )


def _refuse_open(connection: psycopg.Connection[Any], service: str, roles: list[str]) -> None:
    row = connection.execute(_LET_IN.encode(), [roles]).fetchone()
    if row is not None:
        raise BackupRefusedError(
            f"{row[0]} cannot be kept out of the database of {service}: its owner is to restore it"
        )
    others = [name for (name,) in connection.execute(_OTHERS.encode(), [roles])]
    if others:
        raise BackupRefusedError(f"{', '.join(others)} is in the database of {service}: stop the processes first")


def _say_who_gets_in(connection: psycopg.Connection[Any], statement: str, roles: list[str]) -> None:
    for role in roles:
        named = sql.Identifier(connection.info.dbname), sql.Identifier(role)
        connection.execute(sql.SQL(statement).format(*named))
