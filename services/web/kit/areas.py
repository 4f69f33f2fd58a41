"""An area of pages: a blueprint whose every view says who may open it.

`needs` is `PUBLIC`, `SIGNED_IN`, a role such as `recipient`, or a power of proto/powers.yaml. It decides which page a
person is shown, never what the API lets them do: that the API decides, at each request, by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from flask import Blueprint, Flask

from libs.contracts.powers import POWERS
from libs.programme.words import Role

PUBLIC = "public"
SIGNED_IN = "signed_in"
ROLES = frozenset(role.value for role in Role)
NEEDS = "needs"
ViewT = TypeVar("ViewT", bound=Callable[..., object])


@dataclass(frozen=True)
class Need:
    """Who may open a view: anybody, whoever signed in, or who holds one of these roles anywhere."""

    name: str
    roles: frozenset[str]

    def is_met_by(self, roles: Iterable[str]) -> bool:
        """Tell whether somebody with these roles may open the view."""
        return self.name in (PUBLIC, SIGNED_IN) or not self.roles.isdisjoint(roles)


def need_of(names: str | tuple[str, ...]) -> Need:
    """Return what a view needs: one name, or any of several.

    Raises:
        KeyError: there is no such role or power.
    """
    several = (names,) if isinstance(names, str) else names
    if several[0] in (PUBLIC, SIGNED_IN):
        return Need(several[0], frozenset())
    roles: frozenset[str] = frozenset()
    for name in several:
        roles |= frozenset({name}) if name in ROLES else POWERS[name]
    return Need(" or ".join(several), roles)


class Area:
    """One blueprint with its templates beside it."""

    def __init__(self, name: str, module: str, file: str, prefix: str = "") -> None:
        folder = Path(file).parent / "templates"
        self.name = name
        self.blueprint = Blueprint(name, module, url_prefix=prefix or None, template_folder=str(folder))

    def page(self, rule: str, *, needs: str | tuple[str, ...]) -> Callable[[ViewT], ViewT]:
        """Mark a view that shows something."""
        return self._add(rule, needs, ["GET"])

    def act(self, rule: str, *, needs: str | tuple[str, ...]) -> Callable[[ViewT], ViewT]:
        """Mark a view that has something done; only a form of ours reaches it."""
        return self._add(rule, needs, ["POST"])

    def _add(self, rule: str, needs: str | tuple[str, ...], methods: list[str]) -> Callable[[ViewT], ViewT]:
        need = need_of(needs)

        def mark(view: ViewT) -> ViewT:
            setattr(view, NEEDS, need)
            self.blueprint.add_url_rule(rule, view.__name__, view, methods=methods)  # type: ignore[arg-type]  # any view
            return view

        return mark


def declared_need(app: Flask, endpoint: str | None) -> Need | None:
    """Return what the view behind an endpoint needs; nothing when it never said."""
    view = app.view_functions.get(endpoint or "")
    need = getattr(view, NEEDS, None)
    return need if isinstance(need, Need) else None
