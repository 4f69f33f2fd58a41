"""Tests of welfare checks."""
