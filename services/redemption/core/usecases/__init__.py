"""Who may, and what was served."""
