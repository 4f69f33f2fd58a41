"""Tiles: the files say the same as the list of leaves, however the tree grew."""

from __future__ import annotations

from pathlib import Path

import pytest

from libs.tlog.merkle import consistency_proof, inclusion_proof, leaf_hash, root_of, verify_inclusion
from libs.tlog.tiles import MissingTileError, TileReader, TileWriter, tile_path

LEAVES = [leaf_hash(number.to_bytes(4, "big")) for number in range(70_000)]


@pytest.mark.parametrize(
    ("level", "index", "width", "path"),
    [
        (0, 0, 256, "tile/0/000"),
        (0, 1234067, 256, "tile/0/x001/x234/067"),
        (1, 5, 44, "tile/1/005.p/44"),
        (0, 1000, 1, "tile/0/x001/000.p/1"),
    ],
)
def test_paths_are_those_of_the_specification(level: int, index: int, width: int, path: str) -> None:
    assert tile_path(level=level, index=index, width=width) == path


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 511, 512, 1000, 65_536, 65_537, 70_000])
def test_a_tree_of_tiles_has_the_root_and_the_proofs_of_its_leaves(tmp_path: Path, size: int) -> None:
    writer = TileWriter(tmp_path)
    writer.extend(LEAVES[:size])
    writer.flush()

    assert writer.root() == root_of(LEAVES[:size])
    node = TileReader(tmp_path, size).node
    for index in {0, size // 3, size - 1}:
        path = inclusion_proof(node, index=index, size=size)
        verify_inclusion(index=index, size=size, leaf=LEAVES[index], path=path, root=root_of(LEAVES[:size]))


def test_files_do_not_depend_on_how_the_tree_grew(tmp_path: Path) -> None:
    at_once, by_and_by = TileWriter(tmp_path / "a"), TileWriter(tmp_path / "b")

    at_once.extend(LEAVES[:1500])
    at_once.flush()
    for start in range(0, 1500, 37):
        by_and_by.extend(LEAVES[start : min(start + 37, 1500)])
        by_and_by.flush()
        by_and_by = TileWriter.load(tmp_path / "b", by_and_by.size)

    for file in (path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*") if path.is_file()):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()
    assert by_and_by.root() == root_of(LEAVES[:1500])
    assert by_and_by.last_leaf == LEAVES[1499]


def test_an_older_tree_can_still_be_proved_from(tmp_path: Path) -> None:
    writer = TileWriter(tmp_path)
    writer.extend(LEAVES[:300])
    writer.flush()
    writer.extend(LEAVES[300:600])
    writer.flush()

    path = consistency_proof(TileReader(tmp_path, 600).node, old_size=300, new_size=600)

    assert path
    assert inclusion_proof(TileReader(tmp_path, 300).node, index=299, size=300)


def test_a_missing_or_cut_tile_is_named(tmp_path: Path) -> None:
    writer = TileWriter(tmp_path)
    writer.extend(LEAVES[:300])
    writer.flush()
    tile = tmp_path / "tile" / "0" / "001.p" / "44"

    tile.write_bytes(tile.read_bytes()[:-1])

    with pytest.raises(MissingTileError, match="0/1 of 44"):
        TileWriter.load(tmp_path, 300)
