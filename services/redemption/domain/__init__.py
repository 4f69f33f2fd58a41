"""The rules of using credit, pure."""
