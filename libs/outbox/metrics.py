"""What can be seen of the outbox and the relay."""

from libs.metrics import Counter, Gauge

UNPUBLISHED = Gauge(
    "outbox_unpublished_events", "Events not yet acknowledged by the broker; 0 where another leads", ["relay"]
)
AGE = Gauge("outbox_age_seconds", "How long the leader has had something unpublished", ["relay"])
REFUSING = Gauge("relay_refuses_to_lead", "1 where the database is older than what was published from it", ["relay"])
LEADING = Gauge("relay_is_leader", "1 where this process publishes", ["relay"])
PUBLISHED = Counter("relay_published_events", "Events acknowledged by the broker", ["relay"])
FAILED = Counter("relay_failed_batches", "Batches the broker did not acknowledge as a whole", ["relay"])
