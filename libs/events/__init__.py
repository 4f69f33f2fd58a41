"""Events as values: heard as frozen dataclasses, told as frozen dataclasses; protobuf stays in the two converters.

A name tells how a field travels: `*_at` as microseconds (`*_at_us`), `*_on` and other days as ISO text, ids as text,
and what is `| None` as an empty text or 0. A form names the fields that its reader needs and no others.
"""

from libs.events.consumers import consumers_of
from libs.events.hearing import EventContext, forgets, hears, hears_runs
from libs.events.telling import Cause, publish, publish_state, tells

__all__ = [
    "Cause",
    "EventContext",
    "consumers_of",
    "forgets",
    "hears",
    "hears_runs",
    "publish",
    "publish_state",
    "tells",
]
