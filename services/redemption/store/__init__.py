"""Loads (with locks) and saves; the only place with SQL besides queries."""
