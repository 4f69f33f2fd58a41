"""Tests of accounts, on real PostgreSQL and over HTTP."""
