"""How long what one person recorded waits for another."""

RECORD_WAITS_DAYS_MAX = 14
"""What nobody has confirmed by then lapses and must be recorded anew: it may be true no more."""
