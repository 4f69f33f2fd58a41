"""Tests of what every service knows alike."""
