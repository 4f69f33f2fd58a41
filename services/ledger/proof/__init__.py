"""The proof: one transparency log per book, its signed and co-signed heads, and the receipts that need no trust in us.

Off the hot path: rows carry their leaf hash from the moment they are posted; here trees are only built from committed,
gapless positions, written as static tiles, and signed.
"""
