"""Every refusal of accounts: its code, and why, in two languages."""

from libs.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError, RuleError
from libs.programme.refusals import (
    AlreadyDecidedError as AlreadyDecidedError,
    MakerIsCheckerError as MakerIsCheckerError,
    ProposalLapsedError as ProposalLapsedError,
)


class PersonNotFoundError(NotFoundError):
    """Nobody is registered under this id, or the caller may not know of them."""

    code = "person_not_found"
    zh = "没有找到该人员"
    en = "There is no such person"


class UnitNotFoundError(NotFoundError):
    """The organisation tree has no such node."""

    code = "unit_not_found"
    zh = "没有找到该组织单位"
    en = "There is no such organisation unit"


class RecordNotFoundError(NotFoundError):
    """There is no such relation, assessment, hardship record, grant or policy."""

    code = "record_not_found"
    zh = "没有找到该记录"
    en = "There is no such record"


class PersonNotBelowError(ForbiddenError):
    """Nobody acts on a person whose role is not below their own in the same branch."""

    code = "person_not_below"
    zh = "不能对不低于本人职级或不属本系统的人员进行操作"
    en = "This person holds a role that is not below the caller's own in the same branch"


class SecondTooLowError(ForbiddenError):
    """The second of two people is of the same level as the first, or a higher one."""

    code = "second_too_low"
    zh = "复核人的级别不能低于提议人"
    en = "The second person must be of the same level as the first, or higher"


class IdentityNotSeenError(RuleError):
    """A staff role is given to somebody whose identity two members of staff have seen."""

    code = "identity_not_seen"
    zh = "授予工作角色前须由两名工作人员核验身份"
    en = "Two members of staff must have seen this person's identity document first"


class TwoPeopleNeededError(ConflictError):
    """What opens the account of a member of staff is changed by two people."""

    code = "two_people_needed"
    zh = "工作人员的登录号码须由两人变更"
    en = "The number that opens a member of staff's account is changed by two people: propose it"


class TooManyChangesError(ConflictError):
    """A number that changes again and again is not changed by its owner."""

    code = "too_many_changes"
    zh = "号码变更过于频繁，请明日再试"
    en = "The number was changed too often today"


class CodeWrongError(ForbiddenError):
    """The code is wrong, too old, or was tried too often."""

    code = "code_wrong"
    zh = "验证码不正确或已失效"
    en = "The code is wrong or no longer valid"


class PasswordNotNewError(InvalidError):
    """The new password is the one that somebody else knows."""

    code = "password_not_new"
    zh = "新密码不能与原密码相同"
    en = "The new password must differ from the present one"


class RelationNotVerifiedError(ForbiddenError):
    """The relation is unknown or only declared."""

    code = "relation_not_verified"
    zh = "亲属关系未经核实"
    en = "The relation is declared but not verified, or unknown"


class GrantDaysOutOfRangeError(RuleError):
    """A grant to act for somebody lasts from today to a named bound at most."""

    code = "grant_days_out_of_range"
    zh = "委托授权的截止日期超出允许范围"
    en = "The last day of the grant is over, or too far away"


class SelfGrantError(ForbiddenError):
    """Nobody gives a role to themselves."""

    code = "self_grant"
    zh = "不能给自己授权"
    en = "Nobody may grant a role to themselves"


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


class PersonExistsError(ConflictError):
    """The identity number is already registered."""

    code = "person_exists"
    zh = "该证件号码已登记"
    en = "The same identity number is already registered"


class PhoneNumberTakenError(ConflictError):
    """Another person signs in with this phone number."""

    code = "phone_number_taken"
    zh = "该手机号已用于登录"
    en = "Another person signs in with this phone number"


class SignInNameTakenError(ConflictError):
    """Another person has this sign-in name."""

    code = "sign_in_name_taken"
    zh = "该登录名已被使用"
    en = "Another person has this sign-in name"


class WrongPersonStateError(ConflictError):
    """What was asked does not fit the person's status."""

    code = "wrong_person_state"
    zh = "该人员当前状态不允许此操作"
    en = "The person's present status does not allow this"


class RecordLapsedError(ConflictError):
    """Nobody decided in time: what was found may be true no more."""

    code = "record_lapsed"
    zh = "逾期未复核，请重新登记"
    en = "Nobody decided in time; record it anew"


class DeathWaitsError(ConflictError):
    """A death of this person, its correction, or their erasure waits for somebody's answer."""

    code = "decision_waits"
    zh = "该事项已在办理，正等待决定"
    en = "This is under way already and waits to be decided"


class EstateSettledError(ConflictError):
    """What the person left is with the heirs or in the pool: a mistake found now is for people to mend."""

    code = "estate_settled"
    zh = "遗留时间已处理，不能再更正死亡登记"
    en = "The estate is settled; this death can no longer be found mistaken here"


class ComplaintOpenError(ConflictError):
    """One complaint about the same waits for its answer at a time."""

    code = "complaint_open"
    zh = "同一事项的申诉尚待答复"
    en = "An earlier complaint about the same is still waiting for its answer"


class RoleConflictError(RuleError):
    """An auditor holds no other staff role, so that whoever looks has never signed."""

    code = "role_conflict"
    zh = "审计员不得兼任其他工作角色"
    en = "An auditor may hold no other staff role"


class RoleUnitMismatchError(RuleError):
    """This role is not held at a unit of this level."""

    code = "role_unit_mismatch"
    zh = "该角色不能设在此级组织"
    en = "This role is not held at a unit of this level"


class RoleMissingError(RuleError):
    """The person lacks the role that this is about."""

    code = "role_missing"
    zh = "该人员没有相应角色"
    en = "The person does not have the role this is about"


class UnitLevelError(RuleError):
    """The organisation tree is city, district, street, community, service point, in this order."""

    code = "unit_level_wrong"
    zh = "组织层级不符"
    en = "A unit of this level does not belong under this parent"


class DistrictNeededError(RuleError):
    """A programme policy belongs to a district."""

    code = "district_needed"
    zh = "规则只能属于区县"
    en = "A programme policy belongs to a district"


class TooManyDeclaredError(RuleError):
    """So many relations of the person are declared and not verified."""

    code = "too_many_declared"
    zh = "未核实的亲属关系过多"
    en = "Too many relations of this person are declared and not verified"


class GroupLeaderError(RuleError):
    """An active adult answers for a group."""

    code = "group_leader_unfit"
    zh = "团体负责人须为在册成年人"
    en = "An active adult answers for a group"


class GroupTooLargeError(RuleError):
    """A group has a bounded number of members."""

    code = "group_too_large"
    zh = "团体成员过多"
    en = "A group has no more members than this"


class SelfRelationError(RuleError):
    """Nobody is their own relative."""

    code = "relation_to_self"
    zh = "不能与本人建立关系"
    en = "Nobody is their own relative"


class BornInFutureError(RuleError):
    """The day of birth, or of death, cannot be."""

    code = "date_impossible"
    zh = "日期不合理"
    en = "This date cannot be"


class IdNumberInvalidError(InvalidError):
    """The identity number fails its own check."""

    code = "id_number_invalid"
    zh = "证件号码有误"
    en = "The identity number is not valid"


class PhoneNumberInvalidError(InvalidError):
    """The phone number is not one."""

    code = "phone_number_invalid"
    zh = "电话号码有误"
    en = "The phone number is not valid"


class SignInNameInvalidError(InvalidError):
    """The sign-in name holds signs that are not seen or mix alphabets, or is a number that is not the person's own."""

    code = "sign_in_name_invalid"
    zh = "登录名含有不可见或易混淆的字符，或是他人的号码"
    en = "A sign-in name has no hidden characters, mixes no alphabets, and is no number but one's own"


class TwoAdministratorsNeededError(RuleError):
    """A city is founded with two administrators, who are two people with two passwords."""

    code = "two_administrators_needed"
    zh = "设立城市须有两名管理员，各有登录名和密码"
    en = "A city is founded with two administrators: two people, two sign-in names, two passwords"


class PasswordTooWeakError(InvalidError):
    """The password is too short or too long."""

    code = "password_too_weak"
    zh = "密码长度须为8至128个字符"
    en = "A password has 8 to 128 characters"


class OpenObligationsError(ConflictError):
    """Open orders or holds stand against it."""

    code = "open_obligations"
    zh = "尚有未了结的订单或冻结时间"
    en = "There are open orders or holds"


class CreditRemainingError(ConflictError):
    """There is credit, and nobody said that it goes to the pool."""

    code = "credit_remaining"
    zh = "尚有时间余额，须先转入公共时间池"
    en = "A person with credit is erased only when it is given to the pool"


class ErasureDeclinedError(ConflictError):
    """Another service has a reason of its own."""

    code = "erasure_declined"
    zh = "暂不能注销"
    en = "Something stands against ending the use of the data"


class ChangedMeanwhileError(ConflictError):
    """Somebody else changed it since it was looked at."""

    code = "changed_meanwhile"
    zh = "内容已被他人修改，请重新查看"
    en = "It was changed since it was looked at"


class CodesUnavailableError(RuleError):
    """This platform sends no codes."""

    code = "codes_unavailable"
    zh = "本平台未开通验证码登录"
    en = "This platform sends no sign-in codes"
