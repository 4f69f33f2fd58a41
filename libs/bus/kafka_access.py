"""What one user of Kafka may do, and how a cluster is made to allow that and nothing else."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

import kafka.errors
from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    KafkaAdminClient,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

ITERATIONS = 8192
ANY_HOST = "*"


class Operation(StrEnum):
    """What Kafka tells apart, by the names that its own commands and its operators use."""

    READ = "Read"
    WRITE = "Write"
    DESCRIBE = "Describe"
    CREATE = "Create"
    ALTER_CONFIGS = "AlterConfigs"


_OF_CLIENT = {
    Operation.READ: ACLOperation.READ,
    Operation.WRITE: ACLOperation.WRITE,
    Operation.DESCRIBE: ACLOperation.DESCRIBE,
    Operation.CREATE: ACLOperation.CREATE,
    Operation.ALTER_CONFIGS: ACLOperation.ALTER_CONFIGS,
}


@dataclasses.dataclass(frozen=True, order=True)
class Rule:
    """Some operations on a topic or a group; on all whose names begin so where `is_prefix`."""

    kind: str
    name: str
    operations: tuple[Operation, ...]
    is_prefix: bool = False


@dataclasses.dataclass(frozen=True)
class Access:
    """A user, and all that it may do."""

    user: str
    rules: tuple[Rule, ...]

    @property
    def principal(self) -> str:
        """Return the name by which the cluster knows it."""
        return f"User:{self.user}"


class AccessRefusedError(Exception):
    """The cluster did not take rules or passwords; the text is its own."""


def allow_only(options: Mapping[str, Any], accesses: Sequence[Access]) -> tuple[int, int]:
    """Give each user exactly its rules: what is missing is added, then what is too much is taken away; return how many.

    `options` are those of an administrator's client, with `bootstrap_servers`.

    Raises:
        AccessRefusedError: the cluster refused.
    """
    admin = KafkaAdminClient(**options)
    try:
        wanted = {_identity(acl): acl for access in accesses for acl in acls_of(access)}
        present = {_identity(acl): acl for access in accesses for acl in _present(admin, access)}
        missing = [acl for identity, acl in wanted.items() if identity not in present]
        needless = [acl for identity, acl in present.items() if identity not in wanted]
        if missing and (failed := admin.create_acls(missing)["failed"]):
            raise AccessRefusedError(str(failed[0]))
        if needless:
            admin.delete_acls([_filter_of(acl) for acl in needless])
        return len(missing), len(needless)
    except kafka.errors.KafkaError as error:
        raise AccessRefusedError(str(error)) from error
    finally:
        admin.close()


def set_passwords(options: Mapping[str, Any], passwords: Mapping[str, str]) -> None:
    """Give users their passwords, as SCRAM-SHA-512 keeps them.

    Raises:
        AccessRefusedError: the cluster refused.
    """
    admin = KafkaAdminClient(**options)
    try:
        answers = admin.alter_user_scram_credentials(
            [
                UserScramCredentialUpsertion(user, ScramMechanism.SCRAM_SHA_512, password, iterations=ITERATIONS)
                for user, password in passwords.items()
            ]
        )
    except kafka.errors.KafkaError as error:
        raise AccessRefusedError(str(error)) from error
    finally:
        admin.close()
    refused = {user: words for user, words in answers.items() if words}
    if refused:
        raise AccessRefusedError(str(refused))


def acls_of(access: Access) -> Iterator[ACL]:
    """Yield a user's rules as the client knows them."""
    for rule in access.rules:
        pattern = ACLResourcePatternType.PREFIXED if rule.is_prefix else ACLResourcePatternType.LITERAL
        resource = ResourcePattern(ResourceType[rule.kind.upper()], rule.name, pattern)
        for operation in rule.operations:
            yield ACL(access.principal, ANY_HOST, _OF_CLIENT[operation], ACLPermissionType.ALLOW, resource)


def _present(admin: KafkaAdminClient, access: Access) -> list[ACL]:
    anything = ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY)
    present, error = admin.describe_acls(
        ACLFilter(access.principal, None, ACLOperation.ANY, ACLPermissionType.ANY, anything)
    )
    if error is not kafka.errors.NoError:
        raise AccessRefusedError(str(error))
    return list(present)


def _identity(acl: ACL) -> tuple[object, ...]:
    at = acl.resource_pattern
    resource = (at.resource_type, at.resource_name, at.pattern_type)
    return (acl.principal, acl.host, acl.operation, acl.permission_type, *resource)


def _filter_of(acl: ACL) -> ACLFilter:
    at = acl.resource_pattern
    pattern = ResourcePatternFilter(at.resource_type, at.resource_name, at.pattern_type)
    return ACLFilter(acl.principal, acl.host, acl.operation, acl.permission_type, pattern)
