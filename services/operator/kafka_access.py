"""Who may do what on Kafka: from the topics that each service declares and hears, and in the words of each tool."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from libs.bus.kafka_access import Access, Operation, Rule
from libs.inbox.retry import dead_letter_topic
from libs.roles import ServiceProgram
from services.accounts.bootstrap import PROGRAM as ACCOUNTS
from services.ledger.audit.topic import GROUP_BEGINS
from services.ledger.bootstrap import PROGRAM as LEDGER
from services.operator.adopting import HEARD
from services.orders.bootstrap import PROGRAM as ORDERS
from services.redemption.bootstrap import PROGRAM as REDEMPTION

PROGRAMS: Mapping[str, ServiceProgram[Any]] = {
    "accounts": ACCOUNTS,
    "orders": ORDERS,
    "ledger": LEDGER,
    "redemption": REDEMPTION,
}
MIGRATE, OPERATOR = "migrate", "operator"
READS = (Operation.DESCRIBE, Operation.READ)
# A relay reads its own topics too: it compares their last records with its database before it leads.
OWNS = (Operation.DESCRIBE, Operation.READ, Operation.WRITE)
BURIES = (Operation.ALTER_CONFIGS, Operation.CREATE, Operation.DESCRIBE, Operation.WRITE)
DECLARES = (Operation.ALTER_CONFIGS, Operation.CREATE, Operation.DESCRIBE)


def user_of(name: str) -> str:
    """Return the user of a service, of `migrate` or of the operator's desk."""
    return f"timebank-{name}"


def accesses() -> list[Access]:
    """Return every user, and all that it may do: what the contracts and the consumers say, and nothing else."""
    declared = sorted(topic for name in PROGRAMS for topic in topics_of(name))
    return [
        *(Access(user_of(name), tuple(sorted(_of_service(name)))) for name in PROGRAMS),
        Access(user_of(MIGRATE), tuple(Rule("topic", topic, DECLARES) for topic in declared)),
        Access(
            user_of(OPERATOR),
            (
                Rule("group", GROUP_BEGINS, (Operation.READ,), is_prefix=True),
                *(Rule("topic", topic, READS) for topic in declared),
            ),
        ),
    ]


def topics_of(name: str) -> list[str]:
    """Return the topics that a service writes."""
    return [topic.name for topic in PROGRAMS[name].topics]


def _of_service(name: str) -> Iterator[Rule]:
    yield Rule("group", name, (Operation.READ,))
    for topic in topics_of(name):
        yield Rule("topic", topic, OWNS)
    for topic in HEARD[name]:
        yield Rule("topic", topic, READS)
        yield Rule("topic", dead_letter_topic(topic, name), BURIES)


def as_strimzi(users: Sequence[Access], *, cluster: str) -> str:
    """Return a KafkaUser of each, for the operator Strimzi: it makes the password, in a secret of the user's name."""
    return "".join(f"---\n{yaml.safe_dump(_kafka_user(access, cluster), sort_keys=False)}" for access in users)


def as_commands(users: Sequence[Access]) -> str:
    """Return the commands of Kafka itself that allow it; KAFKA and ADMIN are the shell's."""
    return "".join(f"{line}\n" for access in users for rule in access.rules for line in [_command(access, rule)])


def _kafka_user(access: Access, cluster: str) -> dict[str, object]:
    acls = [
        {
            "resource": {
                "type": rule.kind,
                "name": rule.name,
                "patternType": "prefix" if rule.is_prefix else "literal",
            },
            "operations": [str(operation) for operation in rule.operations],
        }
        for rule in access.rules
    ]
    return {
        "apiVersion": "kafka.strimzi.io/v1",
        "kind": "KafkaUser",
        "metadata": {"name": access.user, "labels": {"strimzi.io/cluster": cluster}},
        "spec": {
            "authentication": {"type": "scram-sha-512"},
            "authorization": {"type": "simple", "acls": acls},
        },
    }


def _command(access: Access, rule: Rule) -> str:
    operations = " ".join(f"--operation {operation}" for operation in rule.operations)
    pattern = " --resource-pattern-type prefixed" if rule.is_prefix else ""
    return (
        'kafka-acls.sh --bootstrap-server "$KAFKA" --command-config "$ADMIN" --add '
        f"--allow-principal {access.principal} {operations} --{rule.kind} {rule.name}{pattern}"
    )
