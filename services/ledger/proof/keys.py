"""Keys of the logs, and the trust files that carry their public halves to those who check.

All logs of one ledger are signed with one key, under a name each: <log name>/<district>. Witnesses watch the log name
once and so all districts below it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from libs.tlog.notes import ED25519, VerifierKey, create_signer
from libs.tlog.policy import Policy, Witness
from libs.tlog.rotations import Rotation, rotate_key, trusted_lines

SEED_FILE, FORMER_FILE = "ledger.signing.key", "ledger.former.keys"


def family_key(seed: Path, log_name: str) -> VerifierKey:
    """Return the key under the log name, for witnesses; the seed is made where there is none."""
    return create_signer(seed).key(log_name, kind=ED25519)


def rotate_log_key(seed: Path, former: Path, log_name: str, *, out: Path) -> Rotation:
    """Make a new key in a folder, with the statements of all rotations up to it; what is used now is only read.

    Raises:
        NoteError: the key of now cannot be used, or is not the one that the statements lead to.
        FileExistsError: the folder has such files already.
    """
    return rotate_key(seed, former, log_name, out_seed=out / SEED_FILE, out_former=out / FORMER_FILE)


def witness_policy(witnesses: dict[str, tuple[str, str]], *, needed: int) -> str:
    """Return the policy file for a sealer: {name: (vkey, URL)}, and how many of them must co-sign."""
    lines = [f"witness {name} {vkey} {url}" for name, (vkey, url) in sorted(witnesses.items())]
    if not needed:
        return "\n".join([*lines, "quorum none", ""])
    return "\n".join([*lines, f"group witnesses {needed} {' '.join(sorted(witnesses))}", "quorum witnesses", ""])


def read_policy(path: Path | None) -> Policy:
    """Return the policy in a file; no witnesses at all when none is named.

    Raises:
        PolicyError: malformed.
    """
    return Policy.parse(path.read_text() if path else "quorum none\n")


def trust_text(log: VerifierKey, policy: Policy, rotations: Sequence[Rotation] = ()) -> str:
    """Return the trust file of one log, without the URLs that only the sealer needs."""
    lines = [f"# What receipts of {log.name} are checked against. Take it from where you trust it."]
    lines += trusted_lines(log, rotations)
    lines += [_witness_line(witness) for witness in policy.witnesses]
    lines += [f"group {name} {needed} {' '.join(members)}" for name, (needed, members) in policy.groups.items()]
    return "\n".join([*lines, f"quorum {policy.quorum}", ""])


def _witness_line(witness: Witness) -> str:
    return f"witness {witness.name} {witness.key}"
