"""What the journal and the read models look like in PostgreSQL, and how they are read and appended."""
