"""`python -m services.orders api|consumer|relay|migrate`."""

from services.orders.bootstrap import PROGRAM

main = PROGRAM.group()

if __name__ == "__main__":
    main()
