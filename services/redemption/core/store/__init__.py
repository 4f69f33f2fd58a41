"""What redemption knows from events: saved as it comes, found when a rule asks."""
