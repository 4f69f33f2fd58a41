"""The rules that every feature knows; pure."""
