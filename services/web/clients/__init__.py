"""How the pages ask the public API: over HTTP, or without a socket where everything is one process."""
