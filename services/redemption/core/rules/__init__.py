"""The rules that every feature asks, pure."""
