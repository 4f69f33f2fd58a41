"""What every feature needs: the order and its life, who people are, who may act, how it is saved and shown."""
