"""A coordinator's word that a volunteer serves nobody for a day."""
