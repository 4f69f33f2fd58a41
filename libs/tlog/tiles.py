"""The tree as static files: C2SP tiles of 256 hashes, which any web server can serve.

Tile N of level L holds the hashes of complete subtrees of 256^L leaves, 256 in a row; a level's last one is partial.
Files of the tree are never changed; a partial tile is removed when the full one is there.
"""

from __future__ import annotations

import shutil
from collections import OrderedDict
from collections.abc import Iterable
from pathlib import Path

from libs.tlog.merkle import HASH_BYTES, peaks, root_of_peaks, subtree_hash
from libs.tlog.notes import write_atomically

TILE_WIDTH = 256
TILE_HEIGHT = 8
LEVELS_MAX = 8
TILES_KEPT_MAX = 512


class MissingTileError(Exception):
    """A tile is not there, or not whole; the tree must be built anew from its leaves."""


def tile_path(*, level: int, index: int, width: int = TILE_WIDTH) -> str:
    """Return the path of a tile below its log: tile/0/x001/x234/067, or …/067.p/12 for a partial one."""
    assert 0 <= level < LEVELS_MAX
    assert index >= 0
    assert 0 < width <= TILE_WIDTH
    parts = [f"{index % 1000:03d}"]
    while index >= 1000:
        index //= 1000
        parts.append(f"x{index % 1000:03d}")
    path = f"tile/{level}/" + "/".join(reversed(parts))
    return path if width == TILE_WIDTH else f"{path}.p/{width}"


class TileReader:
    """Answers for the nodes of a tree of one size, from its tiles."""

    def __init__(self, folder: Path, size: int) -> None:
        self.size = size
        self._folder = folder
        self._tiles: OrderedDict[tuple[int, int], bytes] = OrderedDict()

    def node(self, level: int, index: int) -> bytes:
        """Return the hash of a complete subtree.

        Raises:
            MissingTileError: its tile is not there.
        """
        row, height = divmod(level, TILE_HEIGHT)
        start, width = index << height, 1 << height
        tile = self.tile(row, start // TILE_WIDTH)
        offset = start % TILE_WIDTH
        hashes = [tile[at * HASH_BYTES : (at + 1) * HASH_BYTES] for at in range(offset, offset + width)]
        return subtree_hash(hashes)

    def tile(self, level: int, index: int) -> bytes:
        """Return the hashes of a tile, as many as this tree has of it.

        Raises:
            MissingTileError: it is not there.
        """
        kept = self._tiles.get((level, index))
        if kept is not None:
            self._tiles.move_to_end((level, index))
            return kept
        width = min((self.size >> TILE_HEIGHT * level) - index * TILE_WIDTH, TILE_WIDTH)
        assert width > 0, "this tree has no such tile"
        tile = self._tiles[level, index] = self._read(level, index, width)
        if len(self._tiles) > TILES_KEPT_MAX:
            self._tiles.popitem(last=False)
        return tile

    def _read(self, level: int, index: int, width: int) -> bytes:
        # Once the tile is full its partial forms may be gone; the full one begins with the same hashes.
        for wanted in dict.fromkeys((width, TILE_WIDTH)):
            try:
                content = (self._folder / tile_path(level=level, index=index, width=wanted)).read_bytes()
            except FileNotFoundError:
                continue
            if len(content) == wanted * HASH_BYTES:
                return content[: width * HASH_BYTES]
        raise MissingTileError(f"tile {level}/{index} of {width} hashes is missing or not whole")


class TileWriter:
    """Grows a tree, and writes its tiles."""

    def __init__(self, folder: Path) -> None:
        """Begin an empty tree."""
        self._folder = folder
        self.size = 0
        self.last_leaf: bytes | None = None
        self._tails: list[list[bytes]] = [[]]
        self._flushed: list[int] = [0]

    @classmethod
    def load(cls, folder: Path, size: int) -> TileWriter:
        """Go on with a tree of this size whose tiles are there.

        Raises:
            MissingTileError: one of the tiles at its right edge is not.
        """
        writer, reader, level = cls(folder), TileReader(folder, size), 0
        writer._tails, writer._flushed = [], []
        while size >> TILE_HEIGHT * level or level == 0:
            index, width = divmod(size >> TILE_HEIGHT * level, TILE_WIDTH)
            content = reader.tile(level, index) if width else b""
            writer._tails.append([content[at : at + HASH_BYTES] for at in range(0, len(content), HASH_BYTES)])
            writer._flushed.append(width)
            level += 1
        writer.size = size
        writer.last_leaf = reader.node(0, size - 1) if size else None
        return writer

    def extend(self, leaf_hashes: Iterable[bytes]) -> None:
        """Append leaves; full tiles are written at once, partial ones by `flush`."""
        for leaf in leaf_hashes:
            self._append(0, leaf)
            self.size += 1
            self.last_leaf = leaf

    def root(self) -> bytes:
        """Return the root of the tree as it is now."""
        return root_of_peaks([peak for tail in reversed(self._tails) for peak in peaks(tail)])

    def flush(self) -> None:
        """Write the partial tiles of this size."""
        for level, tail in enumerate(self._tails):
            if tail and self._flushed[level] != len(tail):
                index = (self.size >> TILE_HEIGHT * level) // TILE_WIDTH
                self._write(tile_path(level=level, index=index, width=len(tail)), tail)
                self._flushed[level] = len(tail)

    def reader(self) -> TileReader:
        """Return the reader of the tree as it was last flushed."""
        return TileReader(self._folder, self.size)

    def _append(self, level: int, entry: bytes) -> None:
        if level == len(self._tails):
            self._tails.append([])
            self._flushed.append(0)
        tail = self._tails[level]
        tail.append(entry)
        if len(tail) == TILE_WIDTH:
            index = (self.size + 1 >> TILE_HEIGHT * level) // TILE_WIDTH - 1
            self._write(tile_path(level=level, index=index), tail)
            shutil.rmtree(self._folder / (tile_path(level=level, index=index) + ".p"), ignore_errors=True)
            self._tails[level], self._flushed[level] = [], 0
            self._append(level + 1, subtree_hash(tail))

    def _write(self, path: str, hashes: list[bytes]) -> None:
        target = self._folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(target, b"".join(hashes))
