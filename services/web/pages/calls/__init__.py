"""The telephone desk: who is calling, what does she want."""
