"""A tiny real service, a desk that keeps notes, to test the HTTP edge with."""
