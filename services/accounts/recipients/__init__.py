"""Ability grades and hardship of those who are helped."""
