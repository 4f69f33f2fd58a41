"""Credit set aside for help: the ledger is asked for the hold, and its answers are taken."""
