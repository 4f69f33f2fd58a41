"""The tree against the vectors of Certificate Transparency, and every proof of every tree of up to 256 leaves."""

from __future__ import annotations

import pytest

from libs.tlog.merkle import (
    EMPTY_ROOT,
    Node,
    ProofError,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    nodes_of,
    root_at,
    root_of,
    verify_consistency,
    verify_inclusion,
)

ENTRIES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
N1 = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
N23 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
N4 = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
N45 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
N47 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
N67 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
LEAVES = [leaf_hash(number.to_bytes(2, "big")) for number in range(256)]
SIZES = range(1, 257)


def _hex(path: list[bytes]) -> list[str]:
    return [hash_.hex() for hash_ in path]


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_of_the_vectors(size: int) -> None:
    leaves = [leaf_hash(entry) for entry in ENTRIES[:size]]

    assert root_of(leaves).hex() == ROOTS[size - 1]
    assert root_at(nodes_of(leaves), size).hex() == ROOTS[size - 1]


def test_an_empty_tree_has_the_hash_of_nothing() -> None:
    assert root_of([]) == EMPTY_ROOT == root_at(nodes_of([]), 0)
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize(
    ("index", "size", "path"),
    [
        (0, 1, []),
        (0, 8, [N1, N23, N47]),
        (5, 8, [N4, N67, ROOTS[3]]),
        (2, 3, [ROOTS[1]]),
        (1, 5, [ROOTS[0], N23, N4]),
    ],
)
def test_inclusion_proofs_are_those_of_the_vectors(index: int, size: int, path: list[str]) -> None:
    leaves = [leaf_hash(entry) for entry in ENTRIES]

    assert _hex(inclusion_proof(nodes_of(leaves), index=index, size=size)) == path


@pytest.mark.parametrize(
    ("old_size", "new_size", "path"),
    [(1, 1, []), (1, 8, [N1, N23, N47]), (6, 8, [N45, N67, ROOTS[3]]), (2, 5, [N23, N4])],
)
def test_consistency_proofs_are_those_of_the_vectors(old_size: int, new_size: int, path: list[str]) -> None:
    leaves = [leaf_hash(entry) for entry in ENTRIES]

    assert _hex(consistency_proof(nodes_of(leaves), old_size=old_size, new_size=new_size)) == path


def test_every_leaf_of_every_tree_up_to_256_is_proved_and_no_changed_proof_is_accepted() -> None:
    node = _cached_nodes()
    for size in SIZES:
        root = root_at(node, size)
        for index in range(size):
            path = inclusion_proof(node, index=index, size=size)

            verify_inclusion(index=index, size=size, leaf=LEAVES[index], path=path, root=root)

        _refuse_changed_inclusions(index=size * 7 // 11, size=size, root=root)


def test_every_pair_of_trees_up_to_256_is_consistent_and_no_changed_proof_is_accepted() -> None:
    node = _cached_nodes()
    roots = [root_at(node, size) for size in range(257)]
    for new_size in SIZES:
        for old_size in range(new_size + 1):
            path = consistency_proof(node, old_size=old_size, new_size=new_size)

            verify_consistency(
                old_size=old_size, new_size=new_size, old_root=roots[old_size], new_root=roots[new_size], path=path
            )

        _refuse_changed_consistencies(old_size=max(1, new_size * 5 // 8), new_size=new_size, roots=roots)


def test_a_smaller_tree_never_follows_a_larger_one() -> None:
    with pytest.raises(ProofError):
        verify_consistency(old_size=5, new_size=4, old_root=EMPTY_ROOT, new_root=EMPTY_ROOT, path=[])


def _refuse_changed_inclusions(*, index: int, size: int, root: bytes) -> None:
    path = inclusion_proof(_cached_nodes(), index=index, size=size)
    wrong = [([*path, LEAVES[0]], index), (path, index + 1), (path, size + index)]
    wrong += [(path[:at] + path[at + 1 :], index) for at in range(len(path))]
    wrong += [([*path[:at], _flipped(path[at]), *path[at + 1 :]], index) for at in range(len(path))]
    for changed, place in wrong:
        with pytest.raises(ProofError):
            verify_inclusion(index=place, size=size, leaf=LEAVES[index], path=changed, root=root)
    with pytest.raises(ProofError):
        verify_inclusion(index=index, size=size, leaf=_flipped(LEAVES[index]), path=path, root=root)


def _refuse_changed_consistencies(*, old_size: int, new_size: int, roots: list[bytes]) -> None:
    path = consistency_proof(_cached_nodes(), old_size=old_size, new_size=new_size)
    old, new = roots[old_size], roots[new_size]
    wrong = [(old, new, [*path, LEAVES[0]]), (_flipped(old), new, path), (old, _flipped(new), path)]
    wrong += [(old, new, path[:at] + path[at + 1 :]) for at in range(len(path))]
    wrong += [(old, new, [*path[:at], _flipped(path[at]), *path[at + 1 :]]) for at in range(len(path))]
    for old_root, new_root, changed in wrong:
        with pytest.raises(ProofError):
            verify_consistency(old_size=old_size, new_size=new_size, old_root=old_root, new_root=new_root, path=changed)


_NODES: dict[tuple[int, int], bytes] = {}


def _cached_nodes() -> Node:
    def node(level: int, index: int) -> bytes:
        if level == 0:
            return LEAVES[index]
        key = (level, index)
        if key not in _NODES:
            _NODES[key] = node_hash(node(level - 1, 2 * index), node(level - 1, 2 * index + 1))
        return _NODES[key]

    return node


def _flipped(hash_: bytes) -> bytes:
    return bytes([hash_[0] ^ 1]) + hash_[1:]
