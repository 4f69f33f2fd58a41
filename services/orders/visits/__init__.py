"""Care visits: recorded, planned, counted."""
