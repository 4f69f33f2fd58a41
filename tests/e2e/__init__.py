"""The whole platform, started by the command a person would use."""
