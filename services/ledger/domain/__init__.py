"""The rules of credit, pure: no database, no HTTP, no clock."""
