"""The pages people read: a client of the APIs like any other, without a database or anything from another host."""
