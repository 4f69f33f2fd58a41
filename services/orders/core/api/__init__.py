"""What the resources of all features share."""
