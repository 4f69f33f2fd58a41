"""The demo city: invented people and a year of their help, made by the same commands and consumers as live traffic."""
