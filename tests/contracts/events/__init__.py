"""The events as promises: golden bytes of every event, decoded as they were when they were released."""
