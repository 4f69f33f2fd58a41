"""What sign in refuses, and why, in two languages."""

from libs.errors import ForbiddenError, InvalidError, RuleError


class PasswordNotNewError(InvalidError):
    """The new password is the one that somebody else knows."""

    code = "password_not_new"
    zh = "新密码不能与原密码相同"
    en = "The new password must differ from the present one"


class SignInFailedError(ForbiddenError):
    """Wrong name, wrong password or code, or a person who may not sign in: it is never said which."""

    code = "sign_in_failed"
    zh = "登录名或密码不正确"
    en = "The name or the password is wrong"


class RefreshTokenInvalidError(ForbiddenError):
    """The refresh token is unknown, expired, or its session has ended."""

    code = "refresh_token_invalid"
    zh = "登录已失效，请重新登录"
    en = "The session has ended; sign in again"


class RefreshTokenReusedError(ForbiddenError):
    """A refresh token was shown twice: the session is ended, because one of the two is a thief."""

    code = "refresh_token_reused"
    zh = "登录凭证被重复使用，已全部退出"
    en = "This refresh token was used before; the session is ended"


class CodesUnavailableError(RuleError):
    """This platform sends no codes."""

    code = "codes_unavailable"
    zh = "本平台未开通验证码登录"
    en = "This platform sends no sign-in codes"
