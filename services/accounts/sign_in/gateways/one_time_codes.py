"""One-time codes by the clock (RFC 6238), by pyotp; and secrets and codes that are drawn by chance."""

import secrets
from datetime import datetime

import pyotp
from pyotp.exceptions import OTPVerificationError

WINDOW_STEPS = 1
"""Whose clock is half a minute off signs in all the same."""
RECOVERY_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
"""Without those that look alike: 31 letters, so that ten say 49 bits."""
RECOVERY_HALF = 5


def new_secret() -> str:
    """Return a new secret of 160 bits, in base32."""
    return pyotp.random_base32()


def enrolment_uri(secret: str, *, name: str, issuer: str) -> str:
    """Return the address by which an authenticator takes a secret (otpauth://totp/…)."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=issuer)


def step_of(secret: str, code: str, *, now: datetime) -> int | None:
    """Return the time-step whose code this is, at most one before or after now; None when it is another's."""
    try:
        return pyotp.TOTP(secret).verify_and_get_timecode(code, for_time=now, valid_window=WINDOW_STEPS)
    except OTPVerificationError:
        return None


def new_recovery_code() -> str:
    """Return a code to be kept on paper: two times five letters."""
    halves = ("".join(secrets.choice(RECOVERY_LETTERS) for _ in range(RECOVERY_HALF)) for _ in range(2))
    return "-".join(halves)


def same_recovery_code(typed: str) -> str:
    """Return a typed code in the one form in which it is kept, however it was spelt."""
    letters = "".join(letter for letter in typed.lower() if letter.isalnum())
    return f"{letters[:RECOVERY_HALF]}-{letters[RECOVERY_HALF:]}"
