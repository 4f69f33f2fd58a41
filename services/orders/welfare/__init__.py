"""A welfare check: call her, tell the contact person, go to the door; what nobody takes goes one step higher."""
