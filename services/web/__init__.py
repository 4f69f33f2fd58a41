"""The pages people read: a client of the APIs like any other, without a database, without anything from another host."""
