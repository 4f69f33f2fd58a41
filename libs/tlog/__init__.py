"""Transparency logs: the RFC 6962 tree and the C2SP formats around it (signed notes, tiles, policies, proofs)."""
