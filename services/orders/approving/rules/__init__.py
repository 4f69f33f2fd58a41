"""Who may sign, and what makes a coordinator look twice; pure."""
