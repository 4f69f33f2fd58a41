"""Tests of the transparency-log formats."""
