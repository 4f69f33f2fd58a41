"""What an engineer wants to know of a platform with invented people."""
