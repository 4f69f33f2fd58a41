"""The coordinator's desk: what waits, approvals, one order with its evidence, visits due."""
