"""The end of a person's data: what stands against it, and what is forgotten."""
