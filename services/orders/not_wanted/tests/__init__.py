"""Tests of who is not wanted."""
