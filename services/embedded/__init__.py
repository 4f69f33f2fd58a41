"""Everything in one place: the four services behind one port, their database, their broker and their workers.

It owns processes and a data folder, and no rule of the time bank. What it promises: one command starts it, Ctrl-C stops
it, and whatever is killed at whatever moment, the next start goes on where the last commit was.
"""
