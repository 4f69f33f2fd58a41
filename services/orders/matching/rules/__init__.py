"""The rules of matching: how well somebody fits, and what a day may look like."""
