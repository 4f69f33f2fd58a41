"""What volunteers have shown, and what lapses."""
