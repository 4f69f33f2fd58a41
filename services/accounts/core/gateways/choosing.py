"""By which way messages leave: a gateway, a folder, or none."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from libs.secret_files import OpenSecretError
from libs.settings import MissingSettingError, WrongSettingError
from services.accounts.core.gateways.codes import CodeSender, FileCodeSender
from services.accounts.core.gateways.http_sender import HttpSender, WeakSecretError, address_problem


class Ways(Protocol):
    """What the settings say of messages."""

    @property
    def codes_folder(self) -> Path | None:
        """Return where files are written."""

    @property
    def gateway_to(self) -> str | None:
        """Return the address of the gateway."""

    @property
    def gateway_secret_file(self) -> Path | None:
        """Return what messages to it are signed by."""

    @property
    def gateway_ca_file(self) -> Path | None:
        """Return the authority that is believed about it, if it is not one of the machine's."""


def sender_of(ways: Ways) -> CodeSender | None:
    """Return what sends messages; None where nothing does.

    Raises:
        MissingSettingError, WrongSettingError: the message names the variable.
    """
    if not ways.gateway_to:  # Compose can only set it to nothing.
        return FileCodeSender(ways.codes_folder) if ways.codes_folder else None
    if ways.codes_folder is not None:
        raise WrongSettingError("ACCOUNTS_GATEWAY_TO and ACCOUNTS_CODES_FOLDER: choose one")
    problem = address_problem(ways.gateway_to)
    if problem:
        raise WrongSettingError(f"ACCOUNTS_GATEWAY_TO {problem}")
    if ways.gateway_secret_file is None:
        raise MissingSettingError("ACCOUNTS_GATEWAY_SECRET_FILE")
    try:
        return HttpSender(ways.gateway_to, secret_file=ways.gateway_secret_file, ca_file=ways.gateway_ca_file)
    except (OSError, OpenSecretError, WeakSecretError) as error:
        raise WrongSettingError(f"ACCOUNTS_GATEWAY_SECRET_FILE: {error}") from error
