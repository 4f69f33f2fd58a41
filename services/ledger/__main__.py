"""`python -m services.ledger api|consumer|relay|sealer|migrate`."""

from services.ledger.bootstrap import PROGRAM

if __name__ == "__main__":
    PROGRAM.group()()
