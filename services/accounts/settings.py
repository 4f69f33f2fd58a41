"""What a process of accounts is told by its environment (ACCOUNTS_…)."""

from dataclasses import dataclass
from pathlib import Path

from libs.roles import RoleSettings
from libs.settings import MissingSettingError, WrongSettingError


@dataclass(frozen=True, kw_only=True)
class Settings(RoleSettings):
    """What every service reads, and what only accounts needs.

    Persons are found by the keys in `index_key_file`; without one, by a key derived from the oldest master key.
    `demo` brings the built-in city, its two members of staff and cheaper password hashes: for invented people only.
    Sign-in codes and notices are handed to the gateway at `gateway_to`, or written to files of `codes_folder`; without
    either, nobody signs in by code, and the desk calls whoever is to be told something.
    `second_factor_required`: staff without a second factor may only set one up; so it is but in a demonstration.
    The city's names are used once, when it is founded.
    """

    master_key_file: Path
    index_key_file: Path | None = None
    demo: bool = False
    codes_folder: Path | None = None
    gateway_to: str | None = None
    gateway_secret_file: Path | None = None
    gateway_ca_file: Path | None = None
    second_factor_required: bool | None = None
    wake_port: int | None = None
    city_name_zh: str | None = None
    city_name_en: str | None = None

    @property
    def asks_staff_for_second_factor(self) -> bool:
        """Tell whether an office opens to nobody without a second factor."""
        return not self.demo if self.second_factor_required is None else self.second_factor_required


DEMO_CITY = ("示范市", "Demo City")


def city_names(settings: Settings) -> tuple[str, str]:
    """Return the city's names, in Chinese and English.

    Raises:
        MissingSettingError: nobody gave them.
        WrongSettingError: they are those of the demonstration.
    """
    if settings.demo:
        return DEMO_CITY
    for name, value in (("ZH", settings.city_name_zh), ("EN", settings.city_name_en)):
        if not value:
            raise MissingSettingError(f"ACCOUNTS_CITY_NAME_{name}")
        if value in DEMO_CITY:
            raise WrongSettingError(f"ACCOUNTS_CITY_NAME_{name}={value!r} is the demonstration's, not a city's")
    assert settings.city_name_zh is not None
    assert settings.city_name_en is not None
    return settings.city_name_zh, settings.city_name_en
