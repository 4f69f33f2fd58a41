"""The acts, a verb each."""
