"""Checking what somebody holds: a receipt, a paper with its code, a certificate."""
