#!/usr/bin/env python3
"""Check a certificate of service, offline, with nothing but Python 3.9 or newer and verify.py beside this file.

    python3 verify_certificate.py CERTIFICATE TRUST.txt [--status LIST] [--at 2026-03-02T12:00:00Z]

CERTIFICATE: a file with the signed credential (W3C Verifiable Credentials 2.0 as `vc+jwt`), or with the address that
the code on the paper opens. TRUST.txt: the trust file that receipts are checked with, which names the key of the
certificates too; take it from the notice board, from paper, from someone you trust. --status: the signed list of
revoked certificates, saved from the address that is printed; without it nobody can say whether the certificate was
revoked. Exit code: 0 it holds, 1 it does not (changed, expired, revoked, or signed by a key that the trust file does
not name), 2 a file cannot be used.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import gzip
import io
import json
import re
import sys
from datetime import datetime, timezone
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import verify

KIND, LIST_KIND, NAME_ENDS = "VolunteerServiceCertificate", "BitstringStatusListCredential", "/certificates"
LIST_BYTES_MAX = 1 << 20


def unbase64url(text: str) -> bytes:
    """Read base64url in its one canonical form."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars="-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise verify.RefusedError("not base64url: " + text[:60]) from error
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != text or not text:
        raise verify.RefusedError("not canonical base64url: " + text[:60])
    return raw


def part(text: str) -> dict:
    """Read one part of a credential."""
    try:
        value = json.loads(unbase64url(text).decode())
    except ValueError as error:
        raise verify.RefusedError("not a credential") from error
    if not isinstance(value, dict):
        raise verify.RefusedError("not a credential")
    return value


def keys_of(trust: str) -> list:
    """Return the keys that a trust file names; one of certificates alone has no quorum, for no witness signs them."""
    has_quorum = any(line.split()[:1] == ["quorum"] for line in trust.splitlines())
    return verify.read_trust(trust if has_quorum else trust + "\nquorum none\n")[0]


def check(credential: str, trust: str, kind: str = KIND) -> dict:
    """Return what a credential claims, or raise RefusedError or TrustError."""
    keys = keys_of(trust)
    parts = credential.split(".")
    if len(parts) != 3:
        raise verify.RefusedError("not a credential")
    header, claims, signature = part(parts[0]), part(parts[1]), unbase64url(parts[2])
    name = str(claims.get("issuer", "")).partition("://")[2]
    if header.get("alg") != "EdDSA" or header.get("typ") != "vc+jwt" or kind not in claims.get("type", ()):
        raise verify.RefusedError("not a credential of this kind")
    trusted = (key for key in keys if key[:2] == (name, 1) and verify.key_id(*key).hex() == header.get("kid"))
    key = next(trusted, None)
    if key is None or not name.endswith(NAME_ENDS):
        raise verify.RefusedError(f"signed by a key that the trust file does not name: {name} {header.get('kid')}")
    if not verify.ed25519_holds(key[2], f"{parts[0]}.{parts[1]}".encode(), signature):
        raise verify.RefusedError("the signature does not hold: the certificate was changed")
    return claims


def instant(text: str) -> datetime:
    """Read an instant."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def refuse_over(claims: dict, now: datetime) -> None:
    """Refuse what is not valid yet, or not any more."""
    if now < instant(claims["validFrom"]):
        raise verify.RefusedError("dated in the future: " + claims["validFrom"])
    if "validUntil" in claims and now >= instant(claims["validUntil"]):
        raise verify.RefusedError("expired: it was valid until " + claims["validUntil"])


def refuse_revoked(claims: dict, status: str, trust: str, now: datetime) -> None:
    """Refuse a certificate that stands on the signed list of the revoked."""
    asked, listed = claims["credentialStatus"], check(status, trust, LIST_KIND)
    if listed["id"] != asked["statusListCredential"] or listed["issuer"] != claims["issuer"]:
        raise verify.RefusedError("the status list is another certificate's")
    refuse_over(listed, now)
    packed = unbase64url(listed["credentialSubject"]["encodedList"][1:])
    bits = gzip.GzipFile(fileobj=io.BytesIO(packed)).read(LIST_BYTES_MAX)
    index = int(asked["statusListIndex"])
    if not 0 <= index < len(bits) * 8:
        raise verify.RefusedError("the certificate is on no such list")
    if bits[index // 8] >> (7 - index % 8) & 1:
        raise verify.RefusedError("revoked by whoever issued it")


def describe(claims: dict, *, asked: bool) -> str:
    """Return what the certificate says, line by line."""
    said = claims["credentialSubject"]
    lines = (
        ("number 编号", said["number"]),
        ("person 本人编号", said["id"].replace("urn:uuid:", "")),
        ("minutes 分钟", f"{said['minutes']} (proved at the door 有完整凭证: {said['verifiedMinutes']})"),
        ("services 服务", ", ".join(f"{code or '-'} {minutes}" for code, minutes in said["services"].items()) or "-"),
        ("between 服务期间", f"{said.get('firstOn', '-')} - {said.get('lastOn', '-')}"),
        ("issued 出具时间", f"{claims['validFrom']} by {claims['issuer']}"),
        ("valid until 有效期至", claims.get("validUntil", "for ever 长期")),
        (
            "revoked 是否撤销",
            "no 否" if asked else "not asked 未查询: " + claims["credentialStatus"]["statusListCredential"],
        ),
    )
    return "\n".join(f"{label:<24} {value}" for label, value in lines)


def main(arguments: list[str] | None = None) -> int:
    """Check the certificate named on the command line."""
    parser = argparse.ArgumentParser(description="Check a certificate of service offline.")
    parser.add_argument("certificate")
    parser.add_argument("trust")
    parser.add_argument("--status", help="the signed list of revoked certificates, as a file")
    parser.add_argument("--at", help="as of when, instead of now")
    options = parser.parse_args(arguments)
    try:
        now = instant(options.at) if options.at else datetime.now(timezone.utc)
        trust = Path(options.trust).read_text("utf-8")
        given = Path(options.certificate).read_text("ascii").strip()
        claims = check(re.sub(r"^\S*#v:", "", given), trust)
        refuse_over(claims, now)
        if options.status:
            refuse_revoked(claims, Path(options.status).read_text("ascii").strip(), trust, now)
    except (verify.RefusedError, UnicodeDecodeError, KeyError, EOFError, gzip.BadGzipFile) as error:
        print(f"REFUSED 不可信: {error}")
        return 1
    except (OSError, ValueError, verify.TrustError) as error:
        print(f"CANNOT CHECK 无法核验: {error}")
        return 2
    print("THE CERTIFICATE HOLDS 证明有效\n" + describe(claims, asked=bool(options.status)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
