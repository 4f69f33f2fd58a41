"""The tree of RFC 6962: roots, inclusion proofs, consistency proofs, and their checks.

A tree is given by a function `node(level, index)`: the hash of the complete subtree over the leaves
[index << level, (index + 1) << level). Whatever can answer that (a list, a folder of tiles) can be proved from.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
PROOF_HASHES_MAX = 63

Node = Callable[[int, int], bytes]


class ProofError(ValueError):
    """A proof does not hold; the text says what is wrong with it."""


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def subtree_hash(hashes: Sequence[bytes]) -> bytes:
    """Return the root over 2^n hashes of one level."""
    assert len(hashes).bit_count() == 1, "a complete subtree has 2^n parts"
    level = list(hashes)
    sha256 = hashlib.sha256
    while len(level) > 1:
        level = [sha256(b"\x01" + level[i] + level[i + 1]).digest() for i in range(0, len(level), 2)]
    return level[0]


def peaks(hashes: Sequence[bytes]) -> list[bytes]:
    """Return the roots of the complete subtrees, largest first, that a row of hashes falls into."""
    found, start = [], 0
    for height in range(len(hashes).bit_length() - 1, -1, -1):
        if len(hashes) >> height & 1:
            found.append(subtree_hash(hashes[start : start + (1 << height)]))
            start += 1 << height
    return found


def root_of_peaks(row: Sequence[bytes]) -> bytes:
    """Return the root of the tree whose complete subtrees, largest first, are given."""
    if not row:
        return EMPTY_ROOT
    root = row[-1]
    for peak in reversed(row[:-1]):
        root = node_hash(peak, root)
    return root


def root_of(leaf_hashes: Sequence[bytes]) -> bytes:
    """Return the root over leaf hashes."""
    return root_of_peaks(peaks(leaf_hashes))


def root_at(node: Node, size: int) -> bytes:
    """Return the root of the tree's first `size` leaves."""
    return _range_root(node, 0, size) if size else EMPTY_ROOT


def nodes_of(leaf_hashes: Sequence[bytes]) -> Node:
    """Return the `node` function of a list of leaf hashes."""

    def node(level: int, index: int) -> bytes:
        return subtree_hash(leaf_hashes[index << level : (index + 1) << level])

    return node


def inclusion_proof(node: Node, *, index: int, size: int) -> list[bytes]:
    """Return the path from leaf `index` to the root of the first `size` leaves."""
    assert 0 <= index < size
    path, start, end = [], 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_range_root(node, middle, end))
            end = middle
        else:
            path.append(_range_root(node, start, middle))
            start = middle
    return path[::-1]


def consistency_proof(node: Node, *, old_size: int, new_size: int) -> list[bytes]:
    """Return the proof that the first `old_size` leaves are a beginning of the first `new_size`; empty for 0."""
    assert 0 <= old_size <= new_size
    if old_size in (0, new_size):
        return []
    path, start, end, known = [], 0, new_size, True
    while old_size != end:
        middle = start + _split(end - start)
        if old_size <= middle:
            path.append(_range_root(node, middle, end))
            end = middle
        else:
            path.append(_range_root(node, start, middle))
            start, known = middle, False
    if not known:
        path.append(_range_root(node, start, end))
    return path[::-1]


def root_from_inclusion(*, index: int, size: int, leaf: bytes, path: Sequence[bytes]) -> bytes:
    """Return the root that an inclusion proof leads to.

    Raises:
        ProofError: no tree of this size has such a path.
    """
    if not 0 <= index < size:
        raise ProofError("the index lies beyond the tree")
    here, last, root = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            raise ProofError("the path is too long")
        if here & 1 or here == last:
            root = node_hash(sibling, root)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            root = node_hash(root, sibling)
        here, last = here >> 1, last >> 1
    if last:
        raise ProofError("the path is too short")
    return root


def verify_inclusion(*, index: int, size: int, leaf: bytes, path: Sequence[bytes], root: bytes) -> None:
    """Refuse unless the leaf stands at `index` in the tree with this size and root.

    Raises:
        ProofError: it does not.
    """
    if root_from_inclusion(index=index, size=size, leaf=leaf, path=path) != root:
        raise ProofError("the leaf is not in this tree")


def verify_consistency(
    *, old_size: int, new_size: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]
) -> None:
    """Refuse unless the tree of `old_size` is a beginning of the tree of `new_size`.

    Raises:
        ProofError: it is not, or the proof does not show it.
    """
    if not 0 <= old_size <= new_size:
        raise ProofError("the new tree is smaller than the old one")
    if old_size in (0, new_size):
        expected = EMPTY_ROOT if old_size == 0 else new_root
        if path or old_root != expected:
            raise ProofError("the roots differ, or a proof was given where none is needed")
        return
    rest = [old_root, *path] if old_size & (old_size - 1) == 0 else list(path)
    if not rest:
        raise ProofError("the proof is empty")
    here, last = old_size - 1, new_size - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    old = new = rest[0]
    for sibling in rest[1:]:
        if last == 0:
            raise ProofError("the proof is too long")
        if here & 1 or here == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        here, last = here >> 1, last >> 1
    if last or old != old_root or new != new_root:
        raise ProofError("the old tree is not a beginning of the new one")


def _split(width: int) -> int:
    """Return the largest power of two below the width."""
    return 1 << (width - 1).bit_length() - 1


def _range_root(node: Node, start: int, end: int) -> bytes:
    row = []
    while start < end:
        height = (end - start).bit_length() - 1
        row.append(node(height, start >> height))
        start += 1 << height
    return root_of_peaks(row)
