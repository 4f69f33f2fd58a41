"""Tests of what waits for whom."""
