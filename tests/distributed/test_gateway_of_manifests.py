"""Messages to telephones as the manifests give the gateway: its secret mounted for two roles, and a code sent through.

Who runs is told by the overlay `dev`; its database and its broker are ours, both of PostgreSQL, to be quick.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
import urllib3

from libs.ids import new_id
from services.accounts.bootstrap import HARNESS_IDS
from services.accounts.core.store.index_keys import create_index_key_file
from services.accounts.core.store.vault import create_master_key_file
from services.accounts.organisation.usecases.found_city import CITY_ID
from tests.architecture.manifests import render
from tests.architecture.tree import ROOT
from tests.distributed.cluster import Cluster, until
from tests.distributed.test_roles_of_services import _declare_topics_of_the_others
from tests.distributed.test_rolling import REGISTERED, token_of
from tests.support.postgres import FreshDatabase
from tests.support.wsgi import serving

PHONE = "13900000001"
SECRET = b"0123456789abcdef0123456789abcdef"
WITH_GATEWAY = ["accounts-api", "accounts-consumer"]


@dataclass
class Gateway:
    """Takes what it is sent, with the signature of it."""

    sent: list[tuple[str, bytes]] = field(default_factory=list)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        self.sent.append((environ["HTTP_X_TIMEBANK_SIGNATURE"], body))
        start_response("202 Accepted", [("Content-Length", "0")])
        return []


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the users of all pods can reach."""
    place = Path(tempfile.mkdtemp(prefix="timebank-gateway-"))
    place.chmod(0o755)
    yield place
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture
def cluster(folder: Path, fresh_database: FreshDatabase) -> Iterator[Cluster]:
    """What the overlay says of accounts, on databases of ours."""
    for create, name in (
        (create_master_key_file, "accounts.master.key"),
        (create_index_key_file, "accounts.index.key"),
    ):
        create(folder / name)
    bus = fresh_database("bus").app
    _declare_topics_of_the_others(bus, "none")
    secrets = {
        "accounts-database": {"app-url": fresh_database("accounts").app.encode()},
        "accounts-keys": {name: (folder / name).read_bytes() for name in ("accounts.master.key", "accounts.index.key")},
    }
    more = {"ACCOUNTS_KAFKA": "", "ACCOUNTS_BUS_URL": bus, "ACCOUNTS_DEMO": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    made = Cluster(render(ROOT / "k8s/overlays/dev"), folder, {}, secrets, more)
    yield made
    made.close()


@pytest.fixture
def gateway(cluster: Cluster) -> Iterator[Gateway]:
    """One whose secret is made as the manual says."""
    taking = Gateway()
    with serving(taking) as url:
        secret = {"url": f"{url}/messages".encode(), "gateway.secret": SECRET + b"\n"}
        cluster.secrets = {**cluster.secrets, "accounts-gateway": secret}
        yield taking


def test_a_code_goes_through_the_gateway_that_the_manifests_give_to_two_roles(
    cluster: Cluster, gateway: Gateway, folder: Path
) -> None:
    cluster.add(WITH_GATEWAY)
    cluster.start(WITH_GATEWAY)
    api = cluster.pods["accounts-api"].url("http")
    keys = {f"ACCOUNTS_{kind}_KEY_FILE": str(folder / f"accounts.{kind.lower()}.key") for kind in ("MASTER", "INDEX")}
    _register(api, token_of(cluster.variables("accounts-api") | keys, HARNESS_IDS[0]))

    asked = urllib3.request("POST", f"{api}/v1/sign-in-codes", json={"login": PHONE}, timeout=20)
    until(lambda: bool(gateway.sent), "a code at the gateway", seconds=20)

    assert asked.status == 202
    ((signature, body),) = gateway.sent
    message = json.loads(body)
    assert (message["kind"], message["to"]) == ("code", PHONE)
    time, _, signed = signature.partition(",v1=")
    assert signed == hmac.new(SECRET, time.removeprefix("t=").encode() + b"." + body, hashlib.sha256).hexdigest()
    terms = {"login": PHONE, "code": message["code"]}
    assert urllib3.request("POST", f"{api}/v1/sessions", json=terms, timeout=20).status in (200, 201)
    assert message["code"] not in (folder / "accounts-api.log").read_text()
    assert cluster.stop(WITH_GATEWAY) == dict.fromkeys(WITH_GATEWAY, 0)


def _register(api: str, token: str) -> None:
    """Make a community, and somebody in it who has a telephone."""
    home = str(CITY_ID)
    for level in ("district", "street", "community"):
        unit_id = str(new_id())
        _put(
            f"{api}/v1/organisation-units/{unit_id}",
            {"level": level, "parent_id": home, "name_zh": f"某{level}"},
            token,
        )
        home = unit_id
    person = {"names": {"zh": "王兰"}, "sign_in_name": "elder", "home_unit_id": home, "phone_number": PHONE}
    _put(f"{api}/v1/persons/{new_id()}", {**REGISTERED, **person}, token)


def _put(url: str, terms: dict[str, object], token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    answer = urllib3.request("PUT", url, json=terms, headers=headers, timeout=20)
    assert answer.status == 201, answer.data
