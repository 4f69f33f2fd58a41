"""Objections: a volunteer's to hours that were refused or fell short, and either side's appeal against a decision."""
