"""Backups of databases that are reached by URLs, their restore into empty ones, and the sealed folder of any backup."""
