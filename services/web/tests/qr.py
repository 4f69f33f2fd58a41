"""Reads a QR code from its drawing, by a reader that knows nothing of who drew it."""

from __future__ import annotations

import re

import numpy as np
import zxingcpp

DOTS = 4


def read_qr(svg: str) -> str:
    """Return what the code in an image says."""
    [code] = zxingcpp.read_barcodes(_drawn(svg))
    return str(code.text)


def _drawn(svg: str) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Return the image in black and white."""
    viewed, drawn = re.search(r'viewBox="0 0 (\d+)', svg), re.search(r' d="([^"]+)"', svg)
    assert viewed is not None
    assert drawn is not None
    image = np.full((int(viewed[1]),) * 2, 255, np.uint8)
    x = y = 0.0
    for stroke, numbers in re.findall(r"([Mmh])([^Mmh]*)", drawn[1]):
        given = [float(number) for number in re.findall(r"-?[\d.]+", numbers)]
        if stroke == "h":
            image[int(y), int(x) : int(x + given[0])] = 0
            x += given[0]
        else:
            x, y = (given[0], given[1]) if stroke == "M" else (x + given[0], y + given[1])
    return np.kron(image, np.ones((DOTS, DOTS), np.uint8))
