"""What people complain of, and the answers."""
