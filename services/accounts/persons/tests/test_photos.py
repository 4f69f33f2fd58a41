"""A volunteer's photograph: what is kept of it, to whom it is shown and for how long, and what is refused."""

import io
import struct
import zlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image
from werkzeug.test import TestResponse

from libs.clock import to_microseconds
from libs.contracts.timebank.ledger.v1 import events_pb2 as ledger
from libs.contracts.timebank.orders.v1 import events_pb2 as orders
from libs.contracts.timebank.redemption.v1 import events_pb2 as redemption
from libs.http.framing import BODY_MAX_BYTES
from libs.ids import new_id
from services.accounts.persons.gateways import PIXELS_MAX, SIDE_PIXELS
from services.accounts.tests.platform import Caller, Platform, must, refused

WORDS = b"Shanghai, Xuhui 31.1837 121.4365"
ORIENTATION, PLACE, DESCRIPTION = 0x0112, 0x8825, 0x010E


def _jpeg(colour: str = "teal", size: tuple[int, int] = (900, 1200), **options: Any) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size, colour).save(written, "JPEG", **options)
    return written.getvalue()


def _send(caller: Caller, content: bytes, kind: str = "image/jpeg") -> TestResponse:
    headers = caller._headers(new_id())
    return caller.client.post("/v1/me/photo", data=content, content_type=kind, headers=headers)


@pytest.fixture
def volunteer(platform: Platform) -> Caller:
    platform.register("李平", roles=["volunteer"])
    return platform.sign_in("李平")


@pytest.fixture
def elder(platform: Platform) -> Caller:
    platform.register("王兰", roles=["recipient"])
    return platform.sign_in("王兰")


@pytest.fixture
def take(platform: Platform, hear: Callable[[Any], None], volunteer: Caller, elder: Caller) -> Callable[[], str]:
    """Let the volunteer have an order of the elder's in hand; return its id."""

    def taken() -> str:
        order_id, start = str(new_id()), to_microseconds(platform.clock.now() + timedelta(hours=2))
        order = orders.OrderTaken(order_id=order_id, recipient_id=elder.person_id, start_at_us=start)
        order.volunteer_ids.append(volunteer.person_id)
        hear(order)
        return order_id

    return taken


def _seen(viewer: Caller, volunteer: Caller) -> bool:
    """Look at a photograph; whether the names say that there is one must say the same."""
    answer = viewer.get(f"/v1/persons/{volunteer.person_id}/photo")
    rows = must(viewer.get("/v1/persons/names", person=volunteer.person_id))["items"]
    said = any(row["has_photo"] for row in rows)
    if answer.status_code == 200:
        assert answer.mimetype == "image/jpeg"
    else:
        refused(answer, "photo_not_found", 404)
    assert said == (answer.status_code == 200)
    return said


def test_nothing_of_the_file_is_kept_but_a_small_upright_picture(volunteer: Caller) -> None:
    picture, exif, written = Image.new("RGB", (1200, 900), "navy"), Image.Exif(), io.BytesIO()
    picture.paste("white", (0, 0, 1200, 120))
    exif[ORIENTATION], exif[DESCRIPTION] = 3, WORDS.decode()
    exif.get_ifd(PLACE)[1] = "N"
    picture.save(written, "JPEG", exif=exif, comment=WORDS, icc_profile=WORDS * 9)
    assert WORDS in written.getvalue()

    must(_send(volunteer, written.getvalue()))
    kept = volunteer.get(f"/v1/persons/{volunteer.person_id}/photo").get_data()

    shown = Image.open(io.BytesIO(kept))
    assert (shown.format, shown.size, dict(shown.getexif())) == ("JPEG", (SIDE_PIXELS, SIDE_PIXELS), {})
    assert set(shown.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert WORDS not in kept
    # It lay on its head: what was on top is below.
    assert shown.getpixel((240, 470))[0] > 200 > shown.getpixel((240, 10))[0]


def test_it_is_sealed_with_her_key_and_goes_with_her_data(
    platform: Platform, volunteer: Caller, hear: Callable[[Any], None]
) -> None:
    must(_send(volunteer, _jpeg()))
    kept = volunteer.get(f"/v1/persons/{volunteer.person_id}/photo").get_data()
    [row] = platform.rows("SELECT sealed FROM person_photo WHERE person_id = :id", id=volunteer.person_id)
    assert kept[:200] not in bytes(row.sealed)
    assert b"JFIF" not in bytes(row.sealed)

    _erase(platform, hear, volunteer.person_id)

    assert platform.rows("SELECT * FROM person_photo") == []


def test_it_is_seen_by_those_to_whom_she_comes_while_the_order_lasts_and_by_nobody_else(
    platform: Platform, volunteer: Caller, elder: Caller, take: Callable[[], str], hear: Callable[[Any], None]
) -> None:
    coordinator = platform.staff("协调", "coordinator", "k1")
    elsewhere = platform.staff("别处", "coordinator", "k3")
    daughter, stranger = _daughter(platform, elder), _registered(platform, "张望", "recipient")
    other = _registered(platform, "何花", "volunteer")
    must(_send(volunteer, _jpeg()))
    everybody = (elder, daughter, coordinator, elsewhere, stranger, other)
    assert [_seen(viewer, volunteer) for viewer in everybody] == [False] * 6
    assert _seen(volunteer, volunteer)

    order_id = take()

    assert [_seen(viewer, volunteer) for viewer in everybody] == [True, True, True, False, False, False]
    [view] = [row for row in must(volunteer.get("/v1/access-log"))["items"] if row["viewer_id"] == elder.person_id][:1]
    assert view["what"] in ("photo", "name")
    assert {row["what"] for row in must(volunteer.get("/v1/access-log"))["items"]} >= {"photo"}
    refused(platform.client.get(f"/v1/persons/{volunteer.person_id}/photo"), "not_signed_in", 401)
    hear(orders.OrderCancelled(order_id=order_id))
    assert [_seen(viewer, volunteer) for viewer in everybody] == [False] * 6


def test_a_relative_sees_it_only_under_a_right_that_lasts(
    platform: Platform, volunteer: Caller, elder: Caller, take: Callable[[], str]
) -> None:
    must(_send(volunteer, _jpeg()))
    take()
    daughter = _daughter(platform, elder)
    assert _seen(daughter, volunteer)
    [grant] = must(elder.get("/v1/acting-grants", person=elder.person_id))["items"]

    must(elder.delete(f"/v1/acting-grants/{grant['grant_id']}"))

    assert not _seen(daughter, volunteer)


def test_who_is_suspended_sends_and_sees_none_and_may_take_back_her_own(
    platform: Platform, volunteer: Caller, elder: Caller, take: Callable[[], str]
) -> None:
    must(_send(volunteer, _jpeg()))
    take()
    for caller in (volunteer, elder):
        must(platform.a.post(f"/v1/persons/{caller.person_id}/suspension", {"why": "false_hours"}))

    refused(elder.get(f"/v1/persons/{volunteer.person_id}/photo"), "person_suspended", 403)
    refused(_send(volunteer, _jpeg("red")), "person_suspended", 403)
    must(volunteer.delete("/v1/me/photo"))

    assert platform.rows("SELECT * FROM person_photo") == []
    refused(volunteer.get(f"/v1/persons/{volunteer.person_id}/photo"), "photo_not_found", 404)


def test_nobody_but_a_volunteer_sends_one_and_a_new_one_takes_the_place_of_the_old(
    platform: Platform, volunteer: Caller, elder: Caller
) -> None:
    refused(_send(elder, _jpeg()), "not_authorised", 403)
    refused(_send(platform.a, b"no picture"), "not_authorised", 403)
    headers = {"Idempotency-Key": str(new_id())}
    sent = platform.client.post("/v1/me/photo", data=_jpeg(), content_type="image/jpeg", headers=headers)
    refused(sent, "not_signed_in", 401)

    must(_send(volunteer, _jpeg("teal")))
    must(_send(volunteer, _jpeg("red")))

    kept = volunteer.get(f"/v1/persons/{volunteer.person_id}/photo").get_data()
    assert Image.open(io.BytesIO(kept)).getpixel((9, 9))[0] > 200


@pytest.mark.parametrize(
    ("content", "kind", "code", "status"),
    [
        (b"", "image/jpeg", "picture_unreadable", 400),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/png", "picture_unreadable", 400),
        (_jpeg()[:700], "image/jpeg", "picture_unreadable", 400),
        (b"GIF89a" + b"\0" * 60, "image/png", "picture_unreadable", 400),
        (_jpeg(), "image/svg+xml", "wrong_content_type", 415),
        (b"{}", "application/json", "wrong_content_type", 415),
        (b"\xff" * (BODY_MAX_BYTES + 1), "image/jpeg", "body_too_large", 413),
    ],
)
def test_what_is_no_picture_or_too_large_is_refused(
    volunteer: Caller, content: bytes, kind: str, code: str, status: int
) -> None:
    refused(_send(volunteer, content, kind), code, status)


def test_a_small_file_that_unpacks_into_a_large_picture_is_not_unpacked(
    volunteer: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    side = 1 + int(PIXELS_MAX**0.5)
    monkeypatch.setattr(Image.Image, "draft", _must_not_unpack)

    for width, height in ((side, side), (60_000, 60_000), (2**31 - 1, 2**31 - 1)):
        refused(_send(volunteer, _bomb(width, height), "image/png"), "picture_too_large", 422)


def _must_not_unpack(*_: object) -> None:
    raise AssertionError("it was unpacked")


def _bomb(width: int, height: int) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 4096)) + chunk(b"IEND", b"")


def _registered(platform: Platform, name: str, role: str) -> Caller:
    platform.register(name, roles=[role])
    return platform.sign_in(name)


def _daughter(platform: Platform, elder: Caller) -> Caller:
    """Return a daughter whose relation is verified, and who may act for the elder."""
    daughter = _registered(platform, "王敏", "volunteer")
    body = {"person_id": elder.person_id, "relative_id": daughter.person_id, "kind": "child", "verified": True}
    relation = f"/v1/relations/{new_id()}"
    must(platform.a.put(relation, body))
    must(platform.b.post(f"{relation}/confirmation", {"ok": True}))
    grant = platform.grant(elder.person_id, daughter.person_id)
    must(platform.a.put(f"/v1/acting-grants/{new_id()}", grant))
    return daughter


def _erase(platform: Platform, hear: Callable[[Any], None], person_id: str) -> None:
    admin = platform.staff("admin", "district_admin", "d1")
    headers = admin._headers(new_id()) | {"Prefer": "wait=0"}
    asked = platform.client.post(f"/v1/persons/{person_id}/erasure", json={}, headers=headers)
    modules: tuple[Any, ...] = (orders, ledger, redemption)
    for module in modules:
        hear(module.ErasureAnswered(erasure_id=asked.json["erasure_id"], person_id=person_id, answer="clear"))
