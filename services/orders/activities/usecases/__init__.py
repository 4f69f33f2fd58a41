"""Plan an activity, sign up for it, and end it."""
