"""The platform under load while parts of it are killed, paused and taken away; afterwards every number is right."""
