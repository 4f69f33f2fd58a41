"""The refusals that more than one service gives: one class, one code, one text in the whole platform."""

from libs.errors import ConflictError, ForbiddenError, RuleError


class ConsentMissingError(ForbiddenError):
    """Acting for someone without a recorded consent that counts; `lacks` names what is missing of it."""

    code = "consent_missing"
    zh = "代办须记录本人同意:方式、时间和原话"
    en = "Acting for someone needs their recorded consent: how it was given, when, and in which words"


class GrantEndedError(ForbiddenError):
    """The last day of the relative's grant is over."""

    code = "grant_ended"
    zh = "委托授权已到期"
    en = "The grant to act for this person has ended"


class GrantOutOfScopeError(ForbiddenError):
    """The relative's grant is about other acts."""

    code = "grant_out_of_scope"
    zh = "委托授权不包括这件事"
    en = "The grant to act for this person does not include this"


class GrantMinutesExceededError(ForbiddenError):
    """The relative asked for more minutes in this month than the grant allows."""

    code = "grant_minutes_exceeded"
    zh = "超出委托授权的每月分钟数"
    en = "The grant to act for this person does not allow so many minutes a month"


class MakerIsCheckerError(ForbiddenError):
    """The second signature is somebody else's."""

    code = "maker_is_checker"
    zh = "经办人不能复核自己经办的事项"
    en = "The same person may not be on both sides of a two-person act"


class AlreadyDecidedError(ConflictError):
    """It was confirmed, decided or ended before."""

    code = "already_decided"
    zh = "该事项已经办结"
    en = "This was decided before"


class ProposalLapsedError(ConflictError):
    """Nobody decided it in time, or whoever proposed it may do so no more; it has to be proposed anew."""

    code = "proposal_lapsed"
    zh = "该提议已失效，请重新提出"
    en = "This proposal has lapsed; propose it again"


class PolicyMissingError(RuleError):
    """The district has no rules, or not in this version."""

    code = "policy_missing"
    zh = "该区尚无生效的规则"
    en = "The district has no policy in force"
