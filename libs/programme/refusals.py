"""The refusals that more than one service gives: one class, one code, one text in the whole platform."""

from libs.errors import ForbiddenError


class ConsentMissingError(ForbiddenError):
    """Acting for someone without a recorded consent that counts; `lacks` names what is missing of it."""

    code = "consent_missing"
    zh = "代办须记录本人同意:方式、时间和原话"
    en = "Acting for someone needs their recorded consent: how it was given, when, and in which words"
