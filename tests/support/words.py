"""Where a database keeps text, and whether words said in confidence are left in it anywhere."""

from __future__ import annotations

import sqlalchemy as sa

from libs.db import Connection

_TEXTS = """
    SELECT c.table_name, c.column_name FROM information_schema.columns c
    JOIN information_schema.tables t USING (table_schema, table_name)
    WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.table_name !~ '^(alembic|inbox|outbox_)'
        AND c.data_type IN ('text', 'character varying', 'json', 'jsonb', 'ARRAY', 'bytea')"""


def text_columns(connection: Connection) -> set[str]:
    """Return every `table.column` that holds text, documents or lists, but for the books of the bus itself."""
    return {f"{table}.{column}" for table, column in connection.execute(sa.text(_TEXTS))}


def columns_with(connection: Connection, words: str) -> set[str]:
    """Return every `table.column` in which some row says these words, also inside a document or an event."""
    return {name for name in text_columns(connection) if _says(connection, name, words)}


def _says(connection: Connection, name: str, words: str) -> bool:
    table, _, column = name.partition(".")
    told = f"""SELECT EXISTS (SELECT 1 FROM "{table}" WHERE CAST("{column}" AS text) LIKE :words
        OR CAST("{column}" AS text) LIKE :hex)"""
    return bool(connection.scalar(sa.text(told), {"words": f"%{words}%", "hex": f"%{words.encode().hex()}%"}))
