"""What sign in refuses, and why, in two languages."""

from libs.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError, RuleError


class PasswordNotNewError(InvalidError):
    """The new password must differ from the present one."""


class SignInFailedError(ForbiddenError):
    """The name or the password is wrong.

    Wrong name, wrong password or code, or a person who may not sign in: it is never said which.
    """


class RefreshTokenInvalidError(ForbiddenError):
    """The session has ended; sign in again."""


class RefreshTokenReusedError(ForbiddenError):
    """This refresh token was used before; the session is ended.

    A refresh token was shown twice: the session is ended, because one of the two is a thief.
    """


class CodesUnavailableError(RuleError):
    """This platform sends no sign-in codes."""


class DeviceKeyInvalidError(InvalidError):
    """Not the public half of a P-256 key: kty, crv, x and y, and nothing else."""


class DeviceKeyTakenError(ConflictError):
    """This key is registered already, by somebody else."""


class TooManyDevicesError(RuleError):
    """So many devices are registered already; revoke one first."""

    devices_max: int


class DeviceNotFoundError(NotFoundError):
    """The caller has no such device."""


class SignInRequestOverError(RuleError):
    """This request to sign in is over: refused, used, or too old. Ask again."""


class StaffSignInError(ForbiddenError):
    """Whoever holds an office signs in with the password or a code."""


class SecondFactorForStaffError(ForbiddenError):
    """A second factor is for members of staff."""


class SecondFactorWrongError(ForbiddenError):
    """This code is wrong or was used before. Wait for the next one."""


class SecondFactorNotFoundError(NotFoundError):
    """There is no second factor."""


class EnrolmentOverError(RuleError):
    """Setting up the second factor took too long. Begin again."""


class SignInTicketOverError(RuleError):
    """This sign-in took too long. Begin again."""
