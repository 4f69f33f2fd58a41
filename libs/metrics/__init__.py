"""What a process counts and measures, declared where it happens, and told on /metrics.

A metric is made when it is first used: only then is known whether this process counts for itself or for several
(`counting_together`). Labels have few values, none of which a caller can invent; no label is about a person.
"""

from libs.metrics.declared import Counter, Gauge, Histogram
from libs.metrics.shared import bury_dead, counting_together, exposition, share

__all__ = ["Counter", "Gauge", "Histogram", "bury_dead", "counting_together", "exposition", "share"]
