"""What every feature needs: people and rules as events told them, who may act, and how answers are given."""
