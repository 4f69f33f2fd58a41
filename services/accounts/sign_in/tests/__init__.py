"""Tests of sign in."""
