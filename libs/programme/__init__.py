"""What every service knows alike: the programme's words and the rules that more than one service asks.

Shared code, never shared data: each service keeps its own tables and fills them from events.
"""
