"""Help that comes again every week: on which days, what is made of each, and what changes from a day on."""
