"""The certificate of a volunteer's service, as orders issued it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.web.kit.formats import write_long_day, write_minutes, write_number, write_stamp
from services.web.kit.i18n import language, say
from services.web.kit.lookups import service_name
from services.web.kit.viewer import web
from services.web.pages.papers.proofs import address
from services.web.printing.codes import qr_svg
from services.web.printing.paper import Block, Check, Facts, Figure, Paper, Table, Words

CHECK_PAGE = "/check/certificate"


def certificate_paper(certificate: dict[str, Any], name: str) -> Paper:
    """Return a certificate to print."""
    number, code = certificate["certificate_id"], certificate["verification_code"]
    link = address(f"{CHECK_PAGE}#v:{certificate['credential']}")
    return Paper(
        say("Certificate of service"),
        name,
        [
            *_revoked(certificate),
            Figure(write_minutes(certificate["minutes"]), say("of service for older people, as it happened.")),
            Facts(_facts(certificate)),
            *_services(certificate["services"]),
            Check(say("Check this certificate"), link, qr_svg(link), _words(number, code)),
        ],
        " · ".join(filter(None, (web().parts.programme_name, web().parts.desk_phone))),
        language(),
        datetime.fromisoformat(certificate["issued_at"]),
        name=f"certificate-{certificate['number']}",
    )


def _facts(certificate: dict[str, Any]) -> list[tuple[str, str]]:
    days = [certificate[name] for name in ("first_on", "last_on") if certificate[name]]
    return [
        (say("Issued by"), web().parts.programme_name),
        (say("Certificate number"), write_number(certificate["number"])),
        (say("Person"), certificate["person_id"]),
        (say("of it proved at the door"), write_minutes(certificate["verified_minutes"])),
        *([(say("Between"), " – ".join(map(write_long_day, days)))] if days else []),
        (say("Issued"), write_stamp(certificate["issued_at"])),
        *([(say("Valid until"), write_long_day(until))] if (until := certificate["valid_until"]) else []),
    ]


def _services(services: dict[str, int]) -> list[Block]:
    if not services:
        return []
    rows = [
        [service_name(code) if code else say("of an older book"), write_minutes(services[code])] for code in services
    ]
    return [Table(say("What it was"), [say("Service"), say("Time")], rows, (1,))]


def _revoked(certificate: dict[str, Any]) -> list[Block]:
    if not certificate["revoked_at"]:
        return []
    return [
        Words(say("Revoked on %(stamp)s: it proves nothing any more.", stamp=write_stamp(certificate["revoked_at"])))
    ]


def _words(number: str, code: str) -> list[str]:
    return [
        say(
            "The code holds this certificate, signed. Whoever scans it checks on their own device, without signing in, "
            "that the platform issued it, to which person's number, for how many minutes and which days; with a "
            "network, also that it was not revoked. Compare them with this paper."
        ),
        say(
            "That does not prove that the name above belongs to the person's number, or who holds this paper: "
            "ask for a document, or call the desk."
        ),
        say("Without a code reader: open %(page)s and type both lines.", page=address(CHECK_PAGE)),
        number,
        code,
    ]
