"""Paper slips: issued in advance, entered late."""
