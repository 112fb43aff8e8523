"""Pictures of candidates in one picture: decoded, small, and nothing else of their files."""

import io
import re
import struct
import xml.etree.ElementTree as ET
import zlib
from base64 import b64decode

from PIL import Image

from shortlist.drawing.pictures import Cell, Row, svg
from shortlist.drawing.thumbnails import thumbnail


def encoded(width: int, height: int, kind: str = "PNG", mode: str = "RGB") -> bytes:
    written = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert(mode).save(written, kind)
    return written.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def test_large_ones_become_small_and_the_dots_of_tiny_ones_squares() -> None:
    large = thumbnail(encoded(900, 450), 300)
    assert large is not None
    assert (large.media_type, large.width, large.height) == ("image/png", 300, 150)
    tiny = thumbnail(encoded(8, 4, mode="L"), 300)
    assert tiny is not None
    assert (tiny.width, tiny.height) == (296, 148)
    with Image.open(io.BytesIO(tiny.content)) as shown:
        assert len(shown.convert("L").getcolors() or []) <= 32
    photograph = thumbnail(encoded(900, 450, "JPEG"), 300)
    assert photograph is not None
    assert photograph.media_type == "image/jpeg"


def test_what_is_no_picture_or_too_many_dots_is_left_out() -> None:
    size = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    bomb = (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", zlib.compress(b"\0" * 999)) + chunk(b"IEND", b"")
    )
    for content in (b"", b"png", b"<svg xmlns='http://www.w3.org/2000/svg'/>", encoded(40, 40)[:90], bomb):
        assert thumbnail(content, 300) is None


def test_every_candidate_has_its_place_and_texts_stay_texts() -> None:
    cells = [Cell(encoded(20, 10), "", "step 3"), Cell(None, "none by step 2", "")]
    rows = [Row("a<b>", cells), Row("other", [Cell(b"png", "", ""), Cell(encoded(10, 10), "", "")])]
    drawn = svg("Pictures", "Two & two", [(1, "one"), (2, "<two>")], rows, 720)
    ET.fromstring(drawn)  # noqa: S314 - our own
    held = re.findall(r"href='data:image/png;base64,([^']+)'", drawn)
    assert len(held) == 2
    assert b64decode(held[0]).startswith(b"\x89PNG")
    for words in ("none by step 2", "step 3", "not a picture that can be drawn", "&lt;two&gt;", "a&lt;b&gt;"):
        assert words in drawn
