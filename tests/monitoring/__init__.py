"""Alarms and dashboards: one source each, played and compared with what the platform tells."""
