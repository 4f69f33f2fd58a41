"""How accounts is kept in PostgreSQL."""
