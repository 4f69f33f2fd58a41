"""What more than one feature refuses, and why, in two languages."""

from libs.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError, RuleError


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


class PhoneNumberTakenError(ConflictError):
    """Another person signs in with this phone number."""

    code = "phone_number_taken"
    zh = "该手机号已用于登录"
    en = "Another person signs in with this phone number"


class WrongPersonStateError(ConflictError):
    """What was asked does not fit the person's status."""

    code = "wrong_person_state"
    zh = "该人员当前状态不允许此操作"
    en = "The person's present status does not allow this"


class DeathWaitsError(ConflictError):
    """A death of this person, its correction, or their erasure waits for somebody's answer."""

    code = "decision_waits"
    zh = "该事项已在办理，正等待决定"
    en = "This is under way already and waits to be decided"


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


class NameForbiddenError(RuleError):
    """Regulators forbid 银行 in the public names of such programmes."""

    code = "name_forbidden"
    zh = "名称不得含有“银行”"
    en = "A public name may not contain 银行"
