"""Minutes are read as people say them, and never as fractions."""

from __future__ import annotations

import pytest

from services.web.kit.spoken import MinutesUnreadableError, read_minutes


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("90", 90),
        ("90分钟", 90),
        ("90 min", 90),
        ("1:30", 90),
        ("\uff11\uff1a\uff13\uff10", 90),
        ("1h", 60),
        ("1 h 30", 90),
        ("1 h 30 min", 90),
        ("1小时30分", 90),
        ("1小时30分钟", 90),
        ("1小时", 60),
        ("2个小时", 120),
        ("两小时", 120),
        ("半小时", 30),
        ("半个小时", 30),
        ("1小时半", 90),
        ("一个半小时", 90),
    ],
)
def test_what_people_say_is_read(text: str, minutes: int) -> None:
    assert read_minutes(text) == minutes


@pytest.mark.parametrize("text", ["", "0", "1.5", "1,5", "1.5小时", "1:60", "1:5", "-30", "soon", "99999", "1h90", "½"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(MinutesUnreadableError):
        read_minutes(text)
