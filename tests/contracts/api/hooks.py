"""What Schemathesis is told beyond the document: values of the formats, with ids of things that exist among them."""

from __future__ import annotations

import json
import os
from datetime import UTC, date, datetime
from pathlib import Path

import schemathesis
from hypothesis import strategies

IDS = sorted(set(json.loads(Path(os.environ["ATTACKED_IDS"]).read_text()).values()))
FIRST, LAST = date(2000, 1, 2), date(2100, 12, 30)

days = strategies.dates(FIRST, LAST)
instants = strategies.datetimes(datetime(2000, 1, 2), datetime(2100, 12, 30), timezones=strategies.just(UTC))  # noqa: DTZ001 - hypothesis asks for bounds without a zone
schemathesis.openapi.format("uuid", strategies.sampled_from(IDS) | strategies.uuids(version=4).map(str))
schemathesis.openapi.format("date", days.map(date.isoformat))
schemathesis.openapi.format("date-time", instants.map(datetime.isoformat))
