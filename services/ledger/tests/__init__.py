"""Tests of the ledger, on real PostgreSQL where a store is involved."""
