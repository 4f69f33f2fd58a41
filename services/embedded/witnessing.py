"""The platform's own witness: another process with its own key and folder, which co-signs what the ledger's logs say.

It shows how witnesses work and keeps a restored database from going on unseen; independent it is only when somebody
else runs one too (docs/verify/witness.md).
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from libs.db.embedded import free_port
from libs.tlog.notes import COSIGNATURE, create_signer, write_atomically
from services.embedded.folder import DataFolder
from services.ledger.proof.keys import FORMER_FILE, family_key, witness_policy
from services.witness.server import run
from services.witness.witness import add_log

LOG_NAME = "timebank.local/ledger"
WITNESS_NAME = "timebank.local/witness"


def witness_environment(folder: DataFolder) -> dict[str, str]:
    """Make the keys of log and witness, introduce them to each other, and return the ledger's variables for it.

    Whoever wants more witnesses lists them in <data>/witnesses (C2SP tlog-policy with URLs); it is then used as it is.
    """
    seed, port = folder.secrets / "ledger.signing.key", free_port()
    add_log(witness_folder(folder), str(family_key(seed, LOG_NAME)))
    key = create_signer(witness_folder(folder) / "witness.seed").key(WITNESS_NAME, kind=COSIGNATURE)
    policy = folder.run / "witness.policy"
    text = witness_policy({"embedded": (str(key), f"http://127.0.0.1:{port}")}, needed=1)
    write_atomically(policy, text.encode())
    own = folder.root / "witnesses"
    return {
        "LEDGER_LOG_NAME": LOG_NAME,
        "LEDGER_LOG_FOLDER": str(log_folder(folder)),
        "LEDGER_SIGNING_KEY_FILE": str(seed),
        "LEDGER_FORMER_KEYS_FILE": str(folder.secrets / FORMER_FILE),
        "LEDGER_WITNESS_POLICY_FILE": str(own if own.exists() else policy),
        "WITNESS_PORT": str(port),
    }


def run_witness(folder: DataFolder, environment: dict[str, str]) -> None:
    """Be the witness, until ended."""
    os.umask(0o077)
    run(witness_folder(folder), int(environment["WITNESS_PORT"]), name=WITNESS_NAME)


def forget_logs(folder: DataFolder) -> None:
    """Forget what was sealed and witnessed, while neither sealer nor witness runs: for a platform that is emptied."""
    shutil.rmtree(log_folder(folder), ignore_errors=True)
    shutil.rmtree(witness_folder(folder) / "heads", ignore_errors=True)


def log_folder(folder: DataFolder) -> Path:
    """Return where the logs' files are."""
    return folder.root / "ledger-log"


def witness_folder(folder: DataFolder) -> Path:
    """Return the witness's folder."""
    return folder.root / "witness"
