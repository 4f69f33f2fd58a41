#!/usr/bin/env python3
"""Check a receipt of the time bank, offline, with nothing but Python 3.9 or newer.

    python3 verify.py RECEIPT.tlog-proof TRUST.txt [--person ID] [--ignore-unknown-signers]

TRUST.txt: keys of the log and of its witnesses, and how many of these must have signed. Take it from the notice board,
from paper, from someone you trust; never from where the receipt came from. Exit code: 0 the receipt holds, 1 it does
not, 2 a file cannot be read. Checked: log and witnesses signed the head of the log (C2SP signed note, Ed25519), the
receipt's entry is in the tree under that head (RFC 6962), and in the log of its district.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import re
import struct
import sys
import uuid
from datetime import datetime, timedelta, timezone

LEAF = struct.Struct(">B16sq16s16s16shhhhhi16s16sqqqqq16s16sqq16s")
LEAF_FIELDS = (
    "version district position transfer cause act reason outcome leg legs evidence policy_version debit credit minutes "
    "debit_version debit_after credit_version credit_after actor checker effective_at recorded_at salt"
).split()
REASONS = {
    1: "hours_approved 服务入账", 2: "redemption_captured 兑换支付", 3: "cap_overflow 超限入池", 4: "group_hours 团队",
    5: "recovery 追回", 6: "grant 发放", 7: "grant_returned 发放收回", 8: "gift 赠与", 9: "donation 捐赠",
    10: "pool_funded 注资", 11: "goods 兑换物品", 12: "migration 期初导入", 13: "starting_credit 启动时间",
    14: "reversal 冲正", 15: "reversal_shortfall 冲正缺口", 16: "estate_settled 遗产处理", 17: "erasure 注销",
    18: "district_move 跨区转移", 30: "hold 预留", 31: "hold_released 预留释放", 40: "hours_settled 时间结算",
    41: "wallets_frozen 冻结", 42: "shortfall_owed 欠还", 43: "shortfall_borne 缺口承担", 44: "nothing_due 无需入账",
    45: "period_closed 月结", 46: "wallets_unfrozen 解除冻结",
}  # fmt: skip
CLASSES = (
    "issuance 发行 clearing 清算 pool 公益池 redeemed 已兑换 earned 服务所得 granted 发放 received 受赠 "
    "pool_held 公益池预留 earned_held 所得预留 granted_held 发放预留 received_held 受赠预留"
).split()
BASE64 = "([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}(==|[A-Za-z0-9+/]=))?"
Key = "tuple[str, int, bytes]"  # name, kind (1 log, 4 witness), public key


class RefusedError(Exception):
    """The receipt does not hold."""


class TrustError(Exception):
    """The trust file cannot be used."""


P, MASK, ORDER = 2**255 - 19, 2**255 - 1, 2**252 + 27742317777372353535851937790883648493
D, ROOT_OF_MINUS_ONE = -121665 * pow(121666, -1, P) % P, pow(2, (P - 1) // 4, P)


def decompress(raw: bytes) -> tuple[int, ...] | None:
    """Return the point (x, y, z, t) of 32 bytes."""
    sign, y = divmod(int.from_bytes(raw, "little"), 1 << 255)
    u, v = y * y - 1, D * y * y + 1  # x squared is u / v: one power gives its root, division and all.
    x = u * v**3 * pow(u * v**7, (P - 5) // 8, P) % P
    x = x * ROOT_OF_MINUS_ONE % P if (v * x * x - u) % P else x
    if y >= P or (v * x * x - u) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


def ready(p: tuple[int, ...]) -> tuple[int, ...]:
    """Return a point in the form in which it is added."""
    return (p[1] - p[0]) % P, (p[1] + p[0]) % P, 2 * D * p[3] % P, 2 * p[2] % P


def add(p: tuple[int, ...], q: tuple[int, ...]) -> tuple[int, ...]:
    """Return the sum of a point and a ready one. Products are folded at 2**255, which is 19: cheaper than P."""
    a, b, c, d = (p[1] - p[0]) * q[0], (p[1] + p[0]) * q[1], p[3] * q[2], p[2] * q[3]
    e, f, g, h = b - a, d - c, d + c, b + a
    e, f, g = (e & MASK) + 19 * (e >> 255), (f & MASK) + 19 * (f >> 255), (g & MASK) + 19 * (g >> 255)
    h = (h & MASK) + 19 * (h >> 255)
    return e * f % P, g * h % P, f * g % P, e * h % P


def double(p: tuple[int, ...], times: int = 1) -> tuple[int, ...]:
    """Return a point added to itself, so many times over."""
    x, y, z, t = p
    for _ in range(times):
        a, b, c, xy = x * x, y * y, z * z, x + y
        e = xy * xy - a - b
        a, b, e = (a & MASK) + 19 * (a >> 255), (b & MASK) + 19 * (b >> 255), (e & MASK) + 19 * (e >> 255)
        f, g, h = b - a - 2 * ((c & MASK) + 19 * (c >> 255)), b - a, -a - b
        x, y, z, t = e * f % P, g * h % P, f * g % P, e * h
    return x, y, z, t % P


def multiples(point: tuple[int, ...] | None) -> list[tuple[int, ...]]:
    """Return 0 to 3 times a point."""
    return [(0, 1, 1, 0), point, double(point), add(double(point), ready(point))]


BASES = [ready(p) for p in multiples(decompress((4 * pow(5, -1, P) % P).to_bytes(32, "little")))]


def ed25519_holds(public: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether the signature is the key's under the message."""
    a, s = decompress(public), int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or a is None or s >= ORDER:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    point, terms = (0, 1, 1, 0), [ready(add(p, q)) for p in multiples((P - a[0], a[1], 1, P - a[3])) for q in BASES]
    for shift in range(252, -1, -2):  # point = s * base - h * a, which must be r
        point, chosen = double(point, 2), s >> shift & 3 | (h >> shift & 3) << 2
        point = add(point, terms[chosen]) if chosen else point
    x, y = (one * pow(point[2], -1, P) % P for one in point[:2])
    return (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]


def root_of(index: int, size: int, leaf: bytes, path: list[bytes]) -> bytes:
    """Return the root that an inclusion proof leads to."""
    if index >= size:
        raise RefusedError("the entry's place lies beyond the log's end")
    here, last, root = index, size - 1, leaf
    for sibling in path:
        if not last:
            raise RefusedError("the proof is too long")
        if here & 1 or here == last:
            root = hashlib.sha256(b"\x01" + sibling + root).digest()
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            root = hashlib.sha256(b"\x01" + root + sibling).digest()
        here, last = here >> 1, last >> 1
    if last:
        raise RefusedError("the proof is too short")
    return root


def unbase64(text: str, error: type[Exception] = RefusedError) -> bytes:
    """Read base64 in its one canonical form."""
    raw = base64.b64decode(text) if re.fullmatch(BASE64, text) else b""
    if base64.b64encode(raw).decode() != text or not text:
        raise error("not base64: " + text[:60])
    return raw


def number(text: str) -> int:
    """Read a decimal number in its one canonical form."""
    if not re.fullmatch("0|[1-9][0-9]{0,17}", text, re.ASCII):
        raise RefusedError("not a number: " + text[:60])
    return int(text)


def key_id(name: str, kind: int, public: bytes) -> bytes:
    """Return the four bytes by which a signature names its key."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


def read_key(vkey: str, kind: int) -> Key:
    """Return the key of a vkey."""
    name, given, encoded = ([*vkey.split("+", 2), "", ""])[:3]
    raw = unbase64(encoded, TrustError)
    if len(raw) != 33 or raw[0] != kind or not name or key_id(name, kind, raw[1:]).hex() != given:
        raise TrustError("not a usable key: " + vkey)
    return name, kind, raw[1:]


def read_trust(text: str) -> tuple[dict[Key, str], dict[str, tuple[int, list[str]]], str]:
    """Return (keys with the witness's name, how many of whom for each group, name of the quorum)."""
    keys, groups, quorum = {}, {}, None
    for words in map(str.split, text.split("\n")):
        if not words or words[0].startswith("#"):
            continue
        if words[0] == "log" and len(words) > 1:
            keys[read_key(words[1], 1)] = ""
        elif words[0] == "witness" and len(words) > 2 and words[1] not in groups:
            keys[read_key(words[2], 4)] = words[1]
            groups[words[1]] = (1, [])
        elif words[0] == "group" and len(words) > 3 and words[1] not in groups and all(w in groups for w in words[3:]):
            needed = {"all": str(len(words) - 3), "any": "1"}.get(words[2], words[2])
            if not needed.isdecimal() or not 1 <= int(needed) <= len(words) - 3:
                raise TrustError("not a usable line: " + " ".join(words))
            groups[words[1]] = (int(needed), words[3:])
        elif words[0] == "quorum" and len(words) == 2 and quorum is None and (words[1] in groups or words[1] == "none"):
            quorum = words[1]
        else:
            raise TrustError("not a usable line: " + " ".join(words))
    if quorum is None or not any(kind == 1 for _, kind, _ in keys):
        raise TrustError("a trust file names at least one log, and one quorum")
    return keys, groups, quorum


def signers_of(text: str, lines: list[str], keys: dict[Key, str], ignore_unknown: bool) -> list[Key]:
    """Return the trusted keys whose signatures stand under the text; one that does not hold refuses all."""
    known, signers = {(key[0], key_id(*key)): key for key in keys}, []
    for line in lines:
        dash, name, encoded = ([*line.split(" "), "", ""])[:3]
        if dash != "\u2014" or line.count(" ") != 2 or not name:
            raise RefusedError("not a signature line: " + line[:60])
        raw = unbase64(encoded)
        key, message, signature = known.get((name, raw[:4])), text, raw[4:]
        if key is None:
            if ignore_unknown:
                continue
            raise RefusedError("signed by a key that the trust file does not name: " + name)
        if key[1] == 4:
            message = f"cosignature/v1\ntime {int.from_bytes(signature[:8], 'big')}\n{text}"
            signature = signature[8:]
        if not ed25519_holds(key[2], message.encode(), signature):
            raise RefusedError("the signature of " + name + " does not hold")
        signers.append(key)
    if (names := [line.split(" ")[1] for line in lines[1:]]) != sorted(set(names)):
        raise RefusedError("the witnesses' signatures are not in order")
    return signers


def check(receipt: str, trust: str, *, ignore_unknown: bool = False) -> dict[str, object]:
    """Return what the receipt's entry says, or raise RefusedError or TrustError."""
    keys, groups, quorum = read_trust(trust)
    parts = receipt.split("\n\n")
    if len(parts) != 3 or parts[2][-1:] != "\n" or any(c < " " and c != "\n" for c in receipt):
        raise RefusedError("not a receipt")
    head, body, origin_size_root = parts[0].split("\n"), parts[1] + "\n", parts[1].split("\n")
    if len(head) < 3 or head[0] != "c2sp.org/tlog-proof@v1" or head[1][:6] != "extra " or head[2][:6] != "index ":
        raise RefusedError("not a receipt")
    signers = signers_of(body, parts[2][:-1].split("\n"), keys, ignore_unknown)
    if len(origin_size_root) != 3 or not signers or signers[0][:2] != (origin_size_root[0], 1):
        raise RefusedError("not signed by the log that it names")
    met = {keys[key] for key in signers if key[1] == 4} | {"none"}
    for name, (needed, members) in groups.items():
        met |= {name} if members and sum(member in met for member in members) >= needed else set()
    if quorum not in met:
        raise RefusedError("too few of the trusted witnesses have signed")
    entry, index, size = unbase64(head[1][6:]), number(head[2][6:]), number(origin_size_root[1])
    root = root_of(index, size, hashlib.sha256(b"\x00" + entry).digest(), [unbase64(line) for line in head[3:]])
    if root != unbase64(origin_size_root[2]) or len(entry) != LEAF.size or entry[0] != 1:
        raise RefusedError("the entry is not in the log, or of a form that this program does not know")
    facts = dict(zip(LEAF_FIELDS, LEAF.unpack(entry)))
    facts.update({name: uuid.UUID(bytes=value) for name, value in facts.items() if isinstance(value, bytes)})
    if facts["position"] != index + 1 or origin_size_root[0].rsplit("/", 1)[-1] != str(facts["district"]):
        raise RefusedError("the entry belongs to another place or another log")
    return {**facts, "log": origin_size_root[0], "log_size": size, "signed_by": [key[0] for key in signers]}


def wallet_name(wallet: uuid.UUID, district: uuid.UUID, person: uuid.UUID | None) -> str:
    """Say whose wallet it is: the district's own are known by their ids, a person's when the person is given."""
    for owner, who in ((district, "district 区"), (person or district, "you 本人")):
        for kind, label in zip(CLASSES[::2], CLASSES[1::2]):
            if uuid.uuid5(owner, f"wallet:{kind}:{district.hex}") == wallet:
                return f"{who} · {kind} {label} ({wallet})"
    return str(wallet) if wallet.int else "- 无"


def moment(microseconds: int) -> str:
    """Say a time as people in China read it."""
    return datetime.fromtimestamp(microseconds // 1_000_000, timezone(timedelta(hours=8))).isoformat(" ")


def describe(facts: dict, person: uuid.UUID | None = None) -> str:
    """Return what the entry says, line by line."""
    outcome = ("posted 已入账", "noted, nothing moved 仅记录", "refused, nothing moved 被拒")[min(facts["outcome"], 2)]
    lines = (
        ("outcome 结果", f"{outcome} ({facts['outcome']})"),
        ("minutes 分钟", facts["minutes"]),
        ("reason 原因", REASONS.get(facts["reason"], facts["reason"])),
        ("from wallet 转出", wallet_name(facts["debit"], facts["district"], person)),
        ("to wallet 转入", wallet_name(facts["credit"], facts["district"], person)),
        ("balances after 余额", f"{facts['debit_after']} (from 转出), {facts['credit_after']} (to 转入)"),
        ("order or act 订单", facts["act"]),
        ("recorded 记录时间", moment(facts["recorded_at"])),
        ("effective 生效时间", moment(facts["effective_at"])),
        ("transfer 转账编号", facts["transfer"]),
        ("log 日志", f"{facts['log']}, entry {facts['position']} of {facts['log_size']}"),
        ("signed by 签名", ", ".join(facts["signed_by"])),
    )
    return "\n".join(f"{label:<24} {value}" for label, value in lines)


def main(arguments: list[str] | None = None) -> int:
    """Check the receipt named on the command line."""
    parser = argparse.ArgumentParser(description="Check a receipt of the time bank offline.")
    parser.add_argument("receipt")
    parser.add_argument("trust")
    parser.add_argument("--person", type=uuid.UUID, help="your person id: wallets of yours are then named")
    parser.add_argument("--ignore-unknown-signers", action="store_true", help="look past signatures of other keys")
    options = parser.parse_args(arguments)
    try:
        with open(options.trust, encoding="utf-8") as trust, open(options.receipt, "rb") as receipt:
            facts = check(receipt.read().decode(), trust.read(), ignore_unknown=options.ignore_unknown_signers)
    except (RefusedError, UnicodeDecodeError) as error:
        print(f"REFUSED 不可信: {error}")
        return 1
    except (OSError, TrustError) as error:
        print(f"CANNOT CHECK 无法核验: {error}")
        return 2
    print("THE RECEIPT HOLDS 凭证有效\n" + describe(facts, options.person))
    return 0


if __name__ == "__main__":
    sys.exit(main())
