"""What is one's own: who looked, complaints, credit to give away, one's data."""
