"""The gates of taking, and the code at the door; pure."""
