"""Fixtures for every test: real PostgreSQL and, where asked for, real Kafka."""

pytest_plugins = [
    "tests.support.scratch",
    "tests.support.postgres",
    "tests.support.apis",
    "tests.support.kafka",
    "tests.support.disks",
    "tests.support.long_first",
    "tests.support.summary",
]
