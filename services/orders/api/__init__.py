"""The HTTP edge of orders: schemas and resources."""
