"""import-linter's contracts hold for the tree, and each refuses the import that it is there to refuse."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

Planting = dict[str, str]

PLANTED: list[tuple[str, Planting]] = [
    ("services-apart", {"services/orders/bootstrap.py": "import services.ledger.bootstrap"}),
    ("services-apart", {"libs/errors.py": "import services.orders.core"}),
    ("services-apart", {"services/orders/settings.py": "import services.embedded"}),
    ("orders-core-below", {"services/orders/core/planted.py": "import services.orders.placing"}),
    ("orders-core-below", {"services/orders/toolbox.py": '"""A module that no layer names."""'}),
    ("orders-features-apart", {"services/orders/visits/usecases.py": "import services.orders.slips.store"}),
    ("orders-features-apart", {"services/orders/approving/api.py": "import services.orders.slips.store"}),
    ("inside-a-feature", {"services/orders/visits/rules.py": "import services.orders.visits.store"}),
    ("inside-a-feature", {"services/orders/placing/store.py": "import services.orders.placing.usecases"}),
    ("inside-a-feature", {"services/orders/core/usecases/planted.py": "import services.orders.core.api"}),
    ("inside-a-feature", {"services/orders/slips/toolbox.py": '"""A module that no layer names."""'}),
    ("inside-a-service", {"services/ledger/usecases/planted.py": "import services.ledger.api"}),
    ("accounts-core-below", {"services/accounts/core/edge.py": "import services.accounts.persons.store"}),
    ("accounts-core-below", {"services/accounts/toolbox.py": '"""A module that no layer names."""'}),
    ("accounts-features-apart", {"services/accounts/groups/rules.py": "import services.accounts.policies.rules"}),
    ("accounts-features-apart", {"services/accounts/persons/store.py": "import services.accounts.imports.store"}),
    ("inside-a-feature", {"services/accounts/deaths/rules.py": "import services.accounts.deaths.store"}),
    ("inside-a-feature", {"services/accounts/deaths/store.py": "import services.accounts.deaths.api"}),
    ("inside-a-feature", {"services/accounts/deaths/toolbox.py": '"""A module that no layer names."""'}),
    ("inside-a-service", {"services/ledger/toolbox.py": '"""A module that no layer names."""'}),
    ("redemption-core-below", {"services/redemption/core/planted.py": "import services.redemption.gifts"}),
    ("redemption-core-below", {"services/redemption/toolbox.py": '"""A module that no layer names."""'}),
    ("redemption-features-apart", {"services/redemption/gifts/store.py": "import services.redemption.requests.store"}),
    ("redemption-features-apart", {"services/redemption/requests/store.py": "import services.redemption.funding"}),
    ("inside-a-feature", {"services/redemption/gifts/rules.py": "import services.redemption.gifts.store"}),
    ("inside-a-feature", {"services/redemption/estates/store.py": "import services.redemption.estates.usecases"}),
    ("web-clients-below", {"services/web/clients/api.py": "import services.web.kit.viewer"}),
    ("web-clients-below", {"services/web/toolbox.py": '"""A module that no layer names."""'}),
    ("web-areas-apart", {"services/web/pages/elder/views.py": "import services.web.pages.desk.views"}),
    ("web-is-a-client", {"services/web/kit/viewer.py": "import libs.db"}),
    ("pure-rules", {"services/orders/serving/rules/planted.py": "import sqlalchemy"}),
    ("pure-rules", {"services/ledger/domain/planted.py": "import libs.db"}),
    ("pure-rules", {"services/accounts/deaths/rules.py": "import sqlalchemy"}),
    ("pure-rules", {"services/redemption/core/rules/planted.py": "import flask"}),
    ("sql-in-the-store", {"services/orders/visits/usecases.py": "import sqlalchemy"}),
    ("sql-in-the-store", {"services/redemption/grants/usecases.py": "import sqlalchemy"}),
    ("sql-in-the-store", {"services/accounts/persons/api/planted.py": "from sqlalchemy import text"}),
    ("only-messages-speak-protobuf", {"services/orders/visits/usecases.py": "import libs.contracts.timebank"}),
    ("only-messages-speak-protobuf", {"services/accounts/deaths/api.py": "import libs.contracts.timebank"}),
    ("only-messages-speak-protobuf", {"services/redemption/gifts/store.py": "import libs.contracts.timebank"}),
    ("only-messages-speak-protobuf", {"services/orders/visits/messages.py": "import libs.contracts.timebank"}),
    ("kinds-above-what-hears-and-tells", {"services/redemption/gifts/rules.py": "import libs.contracts.events"}),
    ("libs-stack", {"libs/inbox/planted.py": "import libs.events"}),
    ("libs-stack", {"libs/clock.py": "import libs.db"}),
    ("libs-stack", {"libs/db/planted.py": "import libs.outbox"}),
    ("libs-stack", {"libs/http/planted.py": "import libs.programme.acting"}),
    ("libs-stack", {"libs/programme/planted.py": "import libs.roles"}),
    (
        "no-cycles",
        {
            "services/orders/core/rules/planted_one.py": "import services.orders.core.rules.planted_two",
            "services/orders/core/rules/planted_two.py": "import services.orders.core.rules.planted_one",
        },
    ),
]


@pytest.fixture
def copy_of_the_tree(tmp_path: Path) -> Path:
    for folder in ("services", "libs"):
        ignored = shutil.ignore_patterns("__pycache__", "*.pyc", "data", "static")
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_tree_keeps_every_contract() -> None:
    done = _lint(ROOT)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("contract", "planting"), PLANTED)
def test_a_planted_import_breaks_its_contract(copy_of_the_tree: Path, contract: str, planting: Planting) -> None:
    for path, line in planting.items():
        target = copy_of_the_tree / path
        text = target.read_text("utf-8") if target.exists() else ""
        target.write_text(f"{text}\n{line}\n", "utf-8")

    done = _lint(copy_of_the_tree, "--contract", contract)

    assert done.returncode == 1
    assert "0 kept, 1 broken" in done.stdout, done.stdout + done.stderr


def _lint(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    command = [str(program), "--no-cache", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
