"""Mechanism shared by the services; no noun of the time bank appears here."""
