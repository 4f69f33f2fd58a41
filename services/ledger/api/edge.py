"""What the resources of the ledger share."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from flask import current_app

from libs.clock import local_date, to_microseconds
from libs.http import Service
from services.ledger.queries.credit_figures import CreditFigures
from services.ledger.queries.supply_months import SupplyHistory
from services.ledger.usecases.poster import Poster

FOR_EVER_US = 1 << 62


def service() -> Service:
    """The running service."""
    found: Service = current_app.extensions["service"]
    return found


def today() -> date:
    """The programme's local day."""
    return local_date(service().clock.now())


def poster() -> Poster:
    """The poster of this process."""
    found = service().parts["poster"]
    assert isinstance(found, Poster)
    return found


def supply_history() -> SupplyHistory:
    """What this process keeps of the months that are over."""
    history = service().parts["supply_history"]
    assert isinstance(history, SupplyHistory)
    return history


def credit_figures() -> CreditFigures:
    """What this process keeps of how old credit was when a month ended."""
    figures = service().parts["credit_figures"]
    assert isinstance(figures, CreditFigures)
    return figures


def log_folder() -> Path:
    """Where the logs' files are."""
    found = service().parts["log_folder"]
    assert isinstance(found, Path)
    return found


def microseconds(instant: datetime | None, *, otherwise: int) -> int:
    """An instant of a query, or what it means to leave it out."""
    return to_microseconds(instant) if instant is not None else otherwise
