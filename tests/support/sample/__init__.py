"""A made-up service, for the tests of libs."""
