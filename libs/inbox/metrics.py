"""What can be seen of a group of consumers."""

from libs.metrics import Counter, Gauge

APPLIED = Counter("consumer_applied_events", "Events whose effects are committed, or that had none", ["group"])
LAG = Gauge("consumer_lag_events", "Records on the broker that the group has not applied", ["group"])
LAG_SECONDS = Gauge("consumer_lag_seconds", "Since when the oldest of them waits", ["group"])
PARKED = Gauge("consumer_parked_events", "Events set aside, by state", ["group", "state"])
STOPPED = Gauge("consumer_stopped_streams", "Streams that wait for an event that is missing", ["group"])
OTHER_EPOCH = Gauge(
    "consumer_streams_of_other_epoch", "Streams that stopped because their publisher's database was restored", ["group"]
)
CAUGHT_UP = Gauge("consumer_caught_up", "1 once the group has reached the end it saw at its start", ["group"])
OF_OLD_EPOCH = Counter(
    "consumer_events_of_old_epoch", "Events dropped because their publisher's database was restored", ["group"]
)
RETRIED = Counter("consumer_retried_batches", "Batches tried again because something was away", ["group"])
