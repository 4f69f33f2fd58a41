"""Who gives a command, whether they may, and what is told of it: what every use case begins and ends with."""
