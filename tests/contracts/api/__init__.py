"""What the services promise over HTTP."""
