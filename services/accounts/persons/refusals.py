"""What persons refuses, and why, in two languages."""

from libs.errors import ConflictError


class TwoPeopleNeededError(ConflictError):
    """What opens the account of a member of staff is changed by two people."""

    code = "two_people_needed"
    zh = "工作人员的登录号码须由两人变更"
    en = "The number that opens a member of staff's account is changed by two people: propose it"


class PersonExistsError(ConflictError):
    """The identity number is already registered."""

    code = "person_exists"
    zh = "该证件号码已登记"
    en = "The same identity number is already registered"


class SignInNameTakenError(ConflictError):
    """Another person has this sign-in name."""

    code = "sign_in_name_taken"
    zh = "该登录名已被使用"
    en = "Another person has this sign-in name"


class ChangedMeanwhileError(ConflictError):
    """Somebody else changed it since it was looked at."""

    code = "changed_meanwhile"
    zh = "内容已被他人修改，请重新查看"
    en = "It was changed since it was looked at"
