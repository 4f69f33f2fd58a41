"""The proof from end to end: sealer, witness, receipts, and the programs that people check them with."""
