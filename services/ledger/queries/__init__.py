"""Reads of the ledger: plain SQL, no lock, no rule."""
