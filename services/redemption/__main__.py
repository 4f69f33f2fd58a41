"""`python -m services.redemption api|consumer|relay|migrate`."""

from services.redemption.bootstrap import PROGRAM

main = PROGRAM.group()

if __name__ == "__main__":
    main()
