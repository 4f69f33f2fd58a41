"""The ledger: the only place where credit exists.

It owns wallets, transfers and holds as one append-only journal per district, and the tamper-evident log over it. It
decides nothing about service: it settles what orders approved, moves other credit when an event or two authorised
persons say so, and refuses what its rules forbid. Nothing in its journal is ever updated or deleted.
"""
