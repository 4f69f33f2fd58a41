"""What erasure refuses, and why, in two languages."""

from libs.errors import ConflictError


class ErasureDeclinedError(ConflictError):
    """Something stands against ending the use of the data."""
