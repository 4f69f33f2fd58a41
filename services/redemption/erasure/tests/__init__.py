"""Tests of one feature, on the bench of the service."""
