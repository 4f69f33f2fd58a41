"""Clients generated from the API document drive the main flow, in Python and in TypeScript."""
