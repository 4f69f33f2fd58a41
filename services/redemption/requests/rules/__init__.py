"""A redemption and whether it may be asked for, pure."""
