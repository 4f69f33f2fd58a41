"""Tests of the shared mechanism in libs."""
