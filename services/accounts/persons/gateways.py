"""Makes of a picture that was sent one of ours: small, square, upright, and nothing else that was in the file."""

import io
import struct
import threading
import zlib

from PIL import Image, ImageOps

from services.accounts.persons.refusals import PictureTooLargeError, PictureUnreadableError

SIDE_PIXELS = 480
PIXELS_MAX = 25_000_000
JPEG_QUALITY = 82
FORMATS = ("JPEG", "PNG")
FACE = (0.5, 0.4)
"""Where the middle of the square is, from the left and from the top: a face stands above the middle of a picture."""
_UNREADABLE = (OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, EOFError, struct.error, zlib.error)
"""What Pillow raises for a file that is not what it says."""
_ONE_AT_A_TIME = threading.Lock()
"""A picture is small as a file and large in memory."""


def portrait_of(content: bytes) -> bytes:
    """Return a picture as a JPEG of our own, without place, time, device or any other words of the file.

    Raises:
        PictureUnreadableError: it is neither JPEG nor PNG, or not whole.
        PictureTooLargeError: it has more pixels than are unpacked here.
    """
    with _ONE_AT_A_TIME:
        try:
            return _portrait(content)
        except Image.DecompressionBombError as error:
            raise PictureTooLargeError(pixels_max=PIXELS_MAX) from error
        except _UNREADABLE as error:
            raise PictureUnreadableError from error


def _portrait(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
        if picture.width * picture.height > PIXELS_MAX:
            raise PictureTooLargeError(pixels_max=PIXELS_MAX)
        picture.draft("RGB", (SIDE_PIXELS * 2, SIDE_PIXELS * 2))
        upright = ImageOps.exif_transpose(picture).convert("RGB")
    square = ImageOps.fit(upright, (SIDE_PIXELS, SIDE_PIXELS), centering=FACE)
    plain = Image.frombytes("RGB", square.size, square.tobytes())
    written = io.BytesIO()
    plain.save(written, "JPEG", quality=JPEG_QUALITY, optimize=True)
    return written.getvalue()
