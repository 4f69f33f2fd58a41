"""The kinds of events, by the service that tells them: named above what hears and what tells, and nowhere else."""

from libs.contracts.timebank.accounts.v1 import events_pb2 as accounts
from libs.contracts.timebank.ledger.v1 import events_pb2 as ledger
from libs.contracts.timebank.orders.v1 import events_pb2 as orders
from libs.contracts.timebank.redemption.v1 import events_pb2 as redemption

__all__ = ["accounts", "ledger", "orders", "redemption"]
