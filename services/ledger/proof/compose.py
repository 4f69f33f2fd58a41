"""Puts a sealer together from the settings that name its folder, its key and its witnesses."""

from __future__ import annotations

from pathlib import Path

from libs.clock import Clock
from libs.db import Database
from libs.tlog.notes import create_signer, load_signer
from libs.tlog.rotations import read_rotations_file
from services.ledger.proof.keys import read_policy
from services.ledger.proof.sealer import Sealer


def create_sealer(
    database: Database,
    *,
    clock: Clock,
    folder: Path,
    log_name: str,
    seed: Path,
    former: Path,
    witness_policy: Path | None,
) -> Sealer:
    """Return the sealer; its key is made where there is none, nor was one before.

    Raises:
        NoteError: others may read the key, or it is retired.
        PolicyError: the policy file is malformed.
    """
    rotations = read_rotations_file(former)
    return Sealer(
        database,
        clock=clock,
        folder=folder,
        log_name=log_name,
        signer=load_signer(seed) if rotations else create_signer(seed),
        policy=read_policy(witness_policy),
        rotations=rotations,
    )
