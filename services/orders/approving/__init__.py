"""The recipient's word, risk flags, and the signatures under hours."""
