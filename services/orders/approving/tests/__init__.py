"""Tests of approving."""
