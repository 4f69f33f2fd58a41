#!/usr/bin/env python3
"""Check an export of the time bank, offline, with nothing but Python 3.9 or newer and verify.py beside this file.

    python3 verify_export.py EXPORT --trust FILE-OR-FOLDER [--manifest SHA256] [--checkpoint FILE-OR-FOLDER]
    python3 verify_export.py EXPORT --receipt TRANSFER

Checked: every file is the one that the manifest names, and the manifest the one whose SHA-256 was kept elsewhere; every
row of the ledger hashes to its leaf; every wallet's versions and balances follow from one another, none is overdrawn
that may not be; the balances of each book sum to 0; the tree over the leaves is the one of every signed head, in the
export and kept elsewhere; log and witnesses signed the heads (with --trust: take it from paper or the notice board,
never from the export); closed months are those of the rows. --receipt prints the receipt of a row, as the platform
gave it. Exit code: 0 whole, 1 something differs, 2 a file cannot be read.
"""

from __future__ import annotations

import argparse
import base64
import csv
import hashlib
import json
import sys
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import verify

FORMAT = 1
CLASSES = verify.CLASSES[::2]
OVERDRAWN_MAX = 2  # Issuance and clearing may be below zero.
CLOSED = 45
FINDINGS_MAX = 50
NOBODY = uuid.UUID(int=0)
IDS = ("request_id", "cause", "act_id", "actor", "checker", "salt")
# A leaf's fields in their order, as the columns name them; see LEAF_FIELDS in verify.py.
FIELDS = (
    "pos request_id cause act_id reason outcome leg legs evidence policy_version debit credit minutes "
    "debit_version debit_after credit_version credit_after actor checker effective_at recorded_at salt"
).split()


def node(left: bytes, right: bytes) -> bytes:
    """Return the hash above two others (RFC 6962)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """A tree that grows leaf by leaf: it keeps only the roots of its whole parts, the widest first."""

    def __init__(self) -> None:
        self.size, self.parts = 0, []

    def add(self, leaf: bytes) -> None:
        """Add a leaf."""
        self.size, self.parts = self.size + 1, [*self.parts, leaf]
        for _ in range((self.size & -self.size).bit_length() - 1):
            right = self.parts.pop()
            self.parts[-1] = node(self.parts[-1], right)

    def root(self) -> bytes:
        """Return the root."""
        root = self.parts[-1] if self.parts else hashlib.sha256().digest()
        for part in self.parts[-2::-1]:
            root = node(part, root)
        return root


def receipt_of(leaf: bytes, index: int, path: list, note: str) -> str:
    """Return the receipt of a row under a signed head."""
    lines = [base64.b64encode(one).decode() for one in path]
    extra = base64.b64encode(leaf).decode()
    return "\n".join(["c2sp.org/tlog-proof@v1", f"extra {extra}", f"index {index}", *lines]) + "\n\n" + note


def root_between(leaves: list, first: int, last: int) -> bytes:
    """Return the root over the leaves `first` … `last` - 1."""
    tree = Tree()
    for leaf in leaves[first:last]:
        tree.add(leaf)
    return tree.root()


def inclusion_path(leaves: list, index: int, first: int, last: int) -> list:
    """Return the hashes that lead from a leaf to the root over the leaves `first` … `last` - 1."""
    if last - first == 1:
        return []
    middle = first + (1 << (last - first - 1).bit_length() - 1)
    if index < middle:
        return [*inclusion_path(leaves, index, first, middle), root_between(leaves, middle, last)]
    return [*inclusion_path(leaves, index, middle, last), root_between(leaves, first, middle)]


class Export:
    """An export in a folder, and what is found wrong with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        self.findings, self.balances, self.heads_checked, self.rows = [], {}, 0, 0
        if self.manifest.get("format") != FORMAT:
            raise ValueError(f"this program reads exports of format {FORMAT}")
        self.wallets, self.books = {}, {}

    def load(self) -> None:
        """Read whose wallets and books there are."""
        self.wallets = {row["wallet"]: row for row in self.lines("ledger/wallet.jsonl")}
        self.books = {row["book"]: row for row in self.lines("ledger/book.jsonl")}

    def lines(self, path: str) -> list:
        """Return the rows of a file."""
        with open(self.folder / path, encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def find(self, where: object, words: str) -> None:
        """Note that something differs."""
        self.findings.append(f"{where}: {words}")

    def check_files(self, manifest_digest: str | None) -> None:
        """Compare every file with the manifest, and the manifest with what was kept of it."""
        digest = hashlib.sha256((self.folder / "manifest.json").read_bytes()).hexdigest()
        if manifest_digest is not None and digest != manifest_digest.lower():
            self.find("manifest.json", f"its SHA-256 is {digest}, not the one that was kept")
        for file in self.manifest["files"]:
            self._check_file(file)
        named = {file["path"] for file in self.manifest["files"]} | {"manifest.json"}
        there = {path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_file()}
        for path in sorted(there - named):
            self.find(path, "the manifest does not name it")

    def _check_file(self, file: dict) -> None:
        path, columns = self.folder / file["path"], [column["name"] for column in file["columns"]]
        if not path.is_file():
            self.find(file["path"], "it is missing")
            return
        digest, lines, size = hashlib.sha256(), 0, 0
        with open(path, "rb") as content:
            for line in content:
                digest.update(line)
                lines, size = lines + 1, size + len(line)
                if file["format"] == "jsonl" and _keys(line) != columns:
                    self.find(file["path"], f"line {lines} has other columns than the manifest says")
        rows = lines - 1 if file["format"] == "csv" else lines
        if (digest.hexdigest(), size, rows) != (file["sha256"], file["bytes"], file["rows"]):
            self.find(file["path"], "it is not the file that the manifest names")

    def entries(self, book: dict):  # noqa: ANN201 - an iterator of dictionaries
        """Yield the rows of a book."""
        with open(self.folder / f"ledger/entries/{book['district_id']}.csv", encoding="ascii", newline="") as file:
            for row in csv.DictReader(file):
                yield {n: v if n in IDS or n == "leaf_hash" else int(v) for n, v in row.items()}

    def leaf_of(self, book: dict, row: dict) -> bytes:
        """Return the leaf of a row: what its hash is of."""
        values = {name: uuid.UUID(row[name]).bytes if name in IDS else row[name] for name in FIELDS}
        for side in ("debit", "credit"):
            values[side] = uuid.UUID(self.wallets[row[side]]["wallet_id"]).bytes if row[side] else NOBODY.bytes
        return verify.LEAF.pack(1, uuid.UUID(book["district_id"]).bytes, *(values[name] for name in FIELDS))

    def check_wallets(self) -> None:
        """Check that each wallet's public id is its owner's, of its class and district."""
        for number, row in self.wallets.items():
            book = self.books.get(row["book"])
            if book is None or number >> 36 != row["book"] or number & 15 != row["class"]:
                self.find(f"wallet {number}", "its number says another book or class")
                continue
            name = f"wallet:{CLASSES[row['class'] - 1]}:{uuid.UUID(book['district_id']).hex}"
            if str(uuid.uuid5(uuid.UUID(row["owner"]), name)) != row["wallet_id"]:
                self.find(f"wallet {number}", "its public id is not made of its owner, class and district")

    def check_book(self, book: dict, heads: list, trust: str | None) -> None:
        """Check the rows of a book against one another and against the signed heads of its log."""
        district, tree, versions, last_time = book["district_id"], Tree(), {}, 0
        waiting = sorted(heads, key=lambda head: head["size"])
        for row in self.entries(book):
            where = f"{district}, row {row['pos']}"
            if row["pos"] != tree.size + 1 or row["book"] != book["book"] or row["recorded_at"] <= last_time:
                self.find(where, f"it does not follow row {tree.size}")
            last_time = row["recorded_at"]
            leaf = self.leaf_of(book, row)
            if hashlib.sha256(b"\x00" + leaf).hexdigest() != row["leaf_hash"]:
                self.find(where, "its fields do not hash to its leaf")
            if row["outcome"] == 0:
                self._move(where, versions, row, "debit", -row["minutes"])
                self._move(where, versions, row, "credit", row["minutes"])
            before = tree.parts
            tree.add(bytes.fromhex(row["leaf_hash"]))
            while waiting and waiting[0]["size"] == tree.size:
                self._check_head(district, waiting.pop(0), tree.root(), (leaf, before[::-1]), trust)
            if len(self.findings) > FINDINGS_MAX:
                return
        for head in waiting:
            self.find(f"{district}, head of {head['size']} rows", f"the book ends after {tree.size}")
        if total := sum(balance for _, balance in versions.values()):
            self.find(district, f"the balances sum to {total} minutes, not 0")
        self.rows += tree.size
        sealed = max((head["size"] for head in heads), default=0)
        self.balances[district] = (tree.size, sealed, _by_class(versions))

    def _move(self, where: str, versions: dict, row: dict, side: str, change: int) -> None:
        wallet, version, after = row[side], row[f"{side}_version"], row[f"{side}_after"]
        if versions.get(wallet, (0, 0)) != (version - 1, after - change):
            self.find(where, f"{side}: version and balance do not follow from those before")
        if after < 0 and wallet & 15 > OVERDRAWN_MAX:
            self.find(where, f"{side}: below zero")
        versions[wallet] = (version, after)

    def _check_head(self, district: str, head: dict, root: bytes, row: tuple, trust: str | None) -> None:
        where = f"{district}, head of {head['size']} rows"
        said = head["note"].split("\n")
        if head["root"] is not None and head["root"] != "\\x" + root.hex():
            self.find(where, "the tree over the rows is another one")
        if said[0].rsplit("/", 1)[-1] != district or said[1:3] != [str(head["size"]), base64.b64encode(root).decode()]:
            self.find(where, "the signed note is of another tree")
        elif trust is not None:
            leaf, path = row
            try:  # The last row's receipt under this head: who signed, and that there were enough of them.
                verify.check(receipt_of(leaf, head["size"] - 1, path, head["note"]), trust)
            except verify.RefusedError as error:
                self.find(where, str(error))
        self.heads_checked += 1

    def check_months(self) -> None:
        """Check that each closed month's statement is the one whose digest stands in its row of the ledger."""
        closes = {row["close_id"]: row for row in self.lines("ledger/period_close.jsonl")}
        for book in self.books.values():
            for row in self.entries(book):
                if row["reason"] != CLOSED or row["outcome"] != 1:
                    continue
                close = closes.pop(row["request_id"], None)
                digest = hashlib.sha256(close["statement"].encode()).digest()[:16] if close else b""
                if digest != uuid.UUID(row["cause"]).bytes:
                    self.find(f"{book['district_id']}, row {row['pos']}", "closed a month with another statement")
        for close_id in closes:
            self.find(f"closed month {close_id}", "no row of the ledger closed it")

    def receipt(self, transfer: uuid.UUID) -> str:
        """Return the receipt of a row under the last head of its log."""
        for book in self.books.values():
            leaves, found = [], None
            for row in self.entries(book):
                found = row if row["request_id"] == str(transfer) else found
                leaves.append(bytes.fromhex(row["leaf_hash"]))
            heads = [head for head in self.lines("ledger/checkpoint.jsonl") if head["book"] == book["book"]]
            if found is not None:
                head = max(heads, key=lambda one: one["size"], default={"size": 0})
                if head["size"] < found["pos"]:
                    raise ValueError("no signed head covers this row")
                path = inclusion_path(leaves, found["pos"] - 1, 0, head["size"])
                return receipt_of(self.leaf_of(book, found), found["pos"] - 1, path, head["note"])
        raise ValueError(f"no row has the id {transfer}")


def _keys(line: bytes) -> list:
    try:
        return list(json.loads(line))
    except (ValueError, TypeError):
        return []


def _by_class(versions: dict) -> dict:
    sums = dict.fromkeys(CLASSES, 0)
    for wallet, (_, balance) in versions.items():
        sums[CLASSES[(wallet & 15) - 1]] += balance
    return {name: minutes for name, minutes in sums.items() if minutes}


def texts(path: Path | None) -> list:
    """Return what is in a file, or in the files of a folder."""
    if path is None:
        return []
    files = sorted(one for one in path.iterdir() if one.is_file()) if path.is_dir() else [path]
    return [file.read_text(encoding="utf-8") for file in files]


def trust_of(district: str, trusts: list) -> str | None:
    """Return the trust file that names the log of a district."""
    for trust in trusts:
        keys, _, _ = verify.read_trust(trust)
        if any(kind == 1 and name.rsplit("/", 1)[-1] == district for name, kind, _ in keys):
            return trust
    return None


def check(export: Export, options: argparse.Namespace) -> None:
    """Check everything, and say what holds."""
    export.check_files(options.manifest)
    try:
        check_ledger(export, options)
    except (ValueError, KeyError, IndexError, TypeError) as error:
        if not export.findings:
            raise
        export.find("ledger", f"it cannot be read: {error}")


def check_ledger(export: Export, options: argparse.Namespace) -> None:
    """Check the ledger's rows, and say what holds."""
    export.load()
    export.check_wallets()
    trusts, heads = texts(options.trust), export.lines("ledger/checkpoint.jsonl")
    kept = [(note.split("\n"), note) for note in texts(options.checkpoint)]
    for book in export.books.values():
        district = book["district_id"]
        own = [head for head in heads if head["book"] == book["book"]]
        own += [{"size": int(said[1]), "root": None, "note": note} for said, note in kept if said[0].endswith(district)]
        trust = trust_of(district, trusts)
        if trusts and trust is None:
            export.find(district, "the trust file does not name this log")
        export.check_book(book, own, trust)
    export.check_months()
    for district, (rows, sealed, sums) in export.balances.items():
        words = ", ".join(f"{name} {minutes}" for name, minutes in sums.items())
        print(f"{district}: {rows} rows, {sealed} of them under a signed head; minutes: {words or 'none'}")
    print(f"{len(export.manifest['files'])} files, {export.rows} rows, {export.heads_checked} heads")
    if not trusts:
        print("who signed the heads was not checked: give --trust")
    if options.manifest is None:
        print("whether the manifest is the one that was made then was not checked: give --manifest")


def main(arguments: list | None = None) -> int:
    """Check the export named on the command line."""
    parser = argparse.ArgumentParser(description="Check an export of the time bank offline.")
    parser.add_argument("export", type=Path)
    parser.add_argument("--trust", type=Path, help="the trust file of the log, or a folder of them")
    parser.add_argument("--manifest", help="the SHA-256 of the manifest, as it was kept elsewhere")
    parser.add_argument("--checkpoint", type=Path, help="signed heads kept elsewhere: a file, or a folder of them")
    parser.add_argument("--receipt", type=uuid.UUID, metavar="TRANSFER", help="print the receipt of this row")
    options = parser.parse_args(arguments)
    try:
        export = Export(options.export)
        if options.receipt:
            export.load()
            sys.stdout.write(export.receipt(options.receipt))
            return 0
        check(export, options)
    except (OSError, ValueError, KeyError, IndexError, TypeError, verify.TrustError) as error:
        print(f"CANNOT CHECK 无法核验: {type(error).__name__}: {error}", file=sys.stderr)
        return 2
    for words in export.findings[:FINDINGS_MAX]:
        print(f"  {words}")
    print("THE EXPORT IS WHOLE 导出完整" if not export.findings else "THE EXPORT IS NOT WHOLE 导出不完整")
    return 1 if export.findings else 0


if __name__ == "__main__":
    sys.exit(main())
