"""Which sign-in names there may be: no two that look alike, none that is a number of somebody else's.

Only Latin letters and the writing systems of China's languages are signs of a name. The alphabets that hold the
look-alikes of Latin letters (Cyrillic, Greek, Cherokee and others) are not among them, so no table of such pairs is
needed; what remains alike is compared by `skeleton`.
"""

import unicodedata

from services.accounts.core.refusals import PhoneNumberInvalidError, SignInNameInvalidError
from services.accounts.core.rules.identity import canonical_name, canonical_phone

SIGNS = frozenset(" ._-@+·་")
"""The last is what Tibetan syllables are parted by."""
DIGITS = frozenset("0123456789")
LATIN, HAN = "LATIN", "CJK"
SCRIPTS = (LATIN, HAN, "TIBETAN", "MONGOLIAN", "ARABIC", "YI", "HANGUL", "TAI", "NEW")
"""First words of the names that Unicode gives to letters; NEW TAI LUE begins with NEW."""
UNSEEN = frozenset({"FILLER", "SELECTOR"})
"""Letters and marks of those systems that are only there for the typesetter."""
MIXED = frozenset({LATIN, HAN})
_ALIKE = str.maketrans("01", "ol")


def canonical_sign_in_name(name: str, *, own_number: str | None) -> str:
    """Return a sign-in name in the one form in which it is compared.

    Raises:
        SignInNameInvalidError: it holds signs that nobody sees, mixes alphabets, or is a number that is not the
            person's own.
    """
    canonical = canonical_name(name)
    scripts = {_script(sign) for sign in canonical if sign not in SIGNS and sign not in DIGITS}
    if not canonical or (len(scripts) > 1 and not scripts <= MIXED):
        raise SignInNameInvalidError
    number = phone_number_of(canonical)
    if number is not None and number != (canonical_phone(own_number) if own_number else None):
        raise SignInNameInvalidError
    return canonical


def skeleton(canonical: str) -> str:
    """Return what a name looks like: without accents, blanks and the difference of 0 and o, 1 and l."""
    apart = unicodedata.normalize("NFKD", canonical)
    seen = "".join(sign for sign in apart if not unicodedata.combining(sign) and not sign.isspace())
    return seen.casefold().translate(_ALIKE)


def phone_number_of(text: str) -> str | None:
    """Return the telephone number that a text is, in its one form; None when it is none."""
    try:
        return canonical_phone(text)
    except PhoneNumberInvalidError:
        return None


def _script(sign: str) -> str:
    """Return the writing system of a letter.

    Raises:
        SignInNameInvalidError: it is no letter of a name: a mark of direction, of no width, of control, or foreign.
    """
    called = unicodedata.name(sign, "").split(" ")
    is_seen = unicodedata.category(sign)[0] in "LM" and not UNSEEN.intersection(called)
    if called[0] not in SCRIPTS or not is_seen:
        raise SignInNameInvalidError
    return called[0]
