"""What is refused of certificates."""

from __future__ import annotations

from libs.errors import ConflictError, RuleError


class NoCertificateKeyError(RuleError):
    """This platform was given no key to sign certificates with."""


class ValidUntilPastError(RuleError):
    """The last day on which the certificate is to be valid must be after today."""


class AlreadyRevokedError(ConflictError):
    """The certificate was revoked before."""

    revoked_at: str
