"""Districts' rules, in versions."""
