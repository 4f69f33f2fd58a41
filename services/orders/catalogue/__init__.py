"""The services that can be asked for."""
