"""Journeys through the pages, in Debian's Chromium, on a real platform."""
