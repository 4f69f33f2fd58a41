"""Phone numbers, sign-in names and identity numbers in the one form in which they are looked up."""

import re
import unicodedata
from enum import StrEnum

from services.accounts.core.refusals import IdNumberInvalidError, PasswordTooWeakError, PhoneNumberInvalidError

PASSWORD_LENGTH_MIN = 8
PASSWORD_LENGTH_MAX = 128
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"


class Language(StrEnum):
    """The language somebody likes best: her pages and papers are in it."""

    CHINESE = "zh"
    ENGLISH = "en"


class IdKind(StrEnum):
    """Which document an identity number is from."""

    RESIDENT = "resident"
    PASSPORT = "passport"
    OTHER = "other"


class LookUp(StrEnum):
    """By what a person is found again through the blind index."""

    PHONE = "phone"
    """A number by which the desk finds a person; housemates may share one."""
    PHONE_OPENS = "phone_opens"
    """The number that opens an account: of one person at a time, and from an instant or until one."""
    SIGN_IN_NAME = "sign_in_name"
    SIGN_IN_LOOKS = "sign_in_looks"
    """What a sign-in name looks like, so that nobody takes one that could be mistaken for it."""
    ID_NUMBER = "id_number"
    NAME = "name"


def canonical_phone(number: str) -> str:
    """Return digits only, without the country code of China.

    Raises:
        PhoneNumberInvalidError: not 3 to 15 digits.
    """
    digits = re.sub(r"[\s\-()]", "", unicodedata.normalize("NFKC", number))
    digits = re.sub(r"^(\+86|0086)", "", digits)
    if not re.fullmatch(r"\+?[0-9]{3,15}", digits):
        raise PhoneNumberInvalidError
    return digits


def canonical_name(name: str) -> str:
    """Return a name as it is compared: no outer blanks, no case, no full-width or other form of the same letters."""
    return unicodedata.normalize("NFKC", " ".join(unicodedata.normalize("NFKC", name).casefold().split()))


def canonical_id_number(kind: IdKind, number: str) -> str:
    """Return an identity number with its kind, as it is compared.

    Raises:
        IdNumberInvalidError: a resident number whose check digit (GB 11643) does not fit, or an empty one.
    """
    text = "".join(number.split()).upper()
    if not text or (kind is IdKind.RESIDENT and not _is_resident_number(text)):
        raise IdNumberInvalidError
    return f"{kind}:{text}"


def refuse_weak_password(password: str) -> None:
    """Refuse a password that is too short to be safe or too long to be hashed quickly."""
    if not PASSWORD_LENGTH_MIN <= len(password) <= PASSWORD_LENGTH_MAX:
        raise PasswordTooWeakError


def _is_resident_number(text: str) -> bool:
    if not re.fullmatch(r"\d{17}[\dX]", text):
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, text, strict=False))
    return _CHECK_DIGITS[total % 11] == text[17]
