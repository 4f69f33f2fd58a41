"""Tests of service_time."""
