"""Government-purchased minutes: set by two people, held and used by calendar month."""
