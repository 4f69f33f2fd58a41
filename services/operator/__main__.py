"""timebank: the operator's command (`python -m services.operator`, or `make timebank ARGS=…`)."""

from __future__ import annotations

from services.operator.commands import main

if __name__ == "__main__":
    main(prog_name="timebank")
