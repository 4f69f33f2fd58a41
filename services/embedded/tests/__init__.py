"""Tests of the embedded platform that start no platform."""
