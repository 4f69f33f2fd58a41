"""Tables, and how orders, people, rules and books are loaded, locked and saved."""
