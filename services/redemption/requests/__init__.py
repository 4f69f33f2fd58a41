"""Asking for help to be paid by credit: who may ask, for whom, and what the rules bar."""
