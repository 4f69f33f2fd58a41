"""Credit becomes help, and finds its way to those who need it.

Requests to use credit and their eligibility, gifts, donations, goods, monthly grants to key elders,
government-purchased hours, estates, and where to turn when nobody takes an order. Redemption promises that whoever may
ask gets one lasting answer, and that credit is set aside before an order is published.
"""
