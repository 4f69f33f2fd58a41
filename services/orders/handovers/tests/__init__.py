"""Tests of handovers."""
