"""What an attacker would try in an afternoon, tried: one file per section of the threats."""
