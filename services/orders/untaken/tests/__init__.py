"""Tests of help that nobody takes."""
