"""Help asked for and given: the catalogue, orders and their life cycle, evidence, approval, visits and incidents.

Owns every order from the first word to the settled hours, and the book of service time. It decides nothing about
credit: it asks for funding, says which hours are approved, and hears what the others answered.
"""
