"""A tiny real service, a sample that keeps notes, to test the HTTP edge with."""
