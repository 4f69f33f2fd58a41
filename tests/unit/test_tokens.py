"""A token that was checked is known from then on, and not a moment longer than it holds."""

from __future__ import annotations

import time

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from werkzeug.exceptions import Unauthorized

from libs.http import Verifier, auth
from tests.unit.sample_service.tokens import CLERK, Signer


class Keys:
    """The keys in use."""

    def __init__(self, signer: Signer) -> None:
        self.known = {"k1": signer.key.public_key().public_bytes_raw()}

    def __call__(self) -> dict[str, bytes]:
        """Return them."""
        return self.known


@pytest.fixture
def keys(signer: Signer, monkeypatch: pytest.MonkeyPatch) -> Keys:
    monkeypatch.setattr(auth, "KEYS_KEPT_SECONDS", -1.0)
    return Keys(signer)


def test_a_known_token_speaks_for_the_same_person(signer: Signer, keys: Keys) -> None:
    verifier, token = Verifier(keys), signer.token()

    assert verifier.bearer(token).person_id == CLERK
    assert verifier.bearer(token) is verifier.bearer(token)


def test_a_known_token_ends_when_it_expires(signer: Signer, keys: Keys) -> None:
    verifier, token = Verifier(keys), signer.token(lifetime_seconds=1 - auth.LEEWAY_SECONDS)
    verifier.bearer(token)

    time.sleep(2.1)

    with pytest.raises(Unauthorized):
        verifier.bearer(token)


@pytest.mark.parametrize("others", [{}, {"k1": Ed25519PrivateKey.generate().public_key().public_bytes_raw()}])
def test_a_known_token_ends_with_its_key(signer: Signer, keys: Keys, others: dict[str, bytes]) -> None:
    verifier, token = Verifier(keys), signer.token()
    verifier.bearer(token)

    keys.known = others

    with pytest.raises(Unauthorized):
        verifier.bearer(token)


def test_no_more_tokens_are_known_than_fit(signer: Signer, keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth, "TOKENS_KNOWN_MAX", 3)
    verifier = Verifier(keys)

    for number in range(10):
        verifier.bearer(signer.token(iat=number))

    assert len(verifier._known) <= 3
