"""How the tables are named in the stores; the migrations create them."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

metadata = sa.MetaData()


def table(name: str, *columns: sa.Column[object]) -> sa.Table:
    return sa.Table(name, metadata, *columns)


def uuid(name: str, *, key: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Uuid, primary_key=key)


def text(name: str, *, key: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Text, primary_key=key)


def whole(name: str, *, key: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Integer, primary_key=key)


def day(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Date)


def yes(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Boolean)


def instant(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True))


def texts(name: str) -> sa.Column[object]:
    return sa.Column(name, ARRAY(sa.Text))
