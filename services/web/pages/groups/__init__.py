"""Groups of volunteers, each with an adult who answers for it."""
