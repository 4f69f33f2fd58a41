"""The HTTP edge of every service: problems, tokens, commands that run once, pages, health and metrics."""

from libs.http.actor import Actor, Bearer, Directory, RoleAt
from libs.http.app import Service, accepts, create_service_app, reading
from libs.http.auth import (
    Verifier,
    current_actor,
    open_before_own_password,
    open_before_second_factor,
    open_to_suspended,
    public,
)
from libs.http.commands import create_commands, run_command
from libs.http.pages import Cursor
from libs.http.powers import holds, require

__all__ = [
    "Actor",
    "Bearer",
    "Cursor",
    "Directory",
    "RoleAt",
    "Service",
    "Verifier",
    "accepts",
    "create_commands",
    "create_service_app",
    "current_actor",
    "holds",
    "open_before_own_password",
    "open_before_second_factor",
    "open_to_suspended",
    "public",
    "reading",
    "require",
    "run_command",
]
