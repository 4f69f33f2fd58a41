"""What must hold for every history, not for a chosen one."""
