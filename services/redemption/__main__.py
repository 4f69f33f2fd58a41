"""`python -m services.redemption api|consumer|relay|migrate`."""

from services.redemption.bootstrap import PROGRAM

if __name__ == "__main__":
    PROGRAM.group()()
