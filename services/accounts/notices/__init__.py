"""What people are told by telephone, and whom the desk has to call because nothing reaches them."""
