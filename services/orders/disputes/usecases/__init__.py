"""One verb per file: how hours are disputed, decided and reversed."""
