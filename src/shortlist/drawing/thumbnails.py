"""Pictures that somebody logged, made small enough to stand in a picture of ours. Whatever they hold is decoded and
written anew, so that nothing of a file comes along that is no picture."""

import io
from typing import NamedTuple

# A file of a few bytes may say that it has more dots than memory has room for.
_MAX_DOTS = 24_000_000
_KINDS = ("PNG", "JPEG", "GIF", "WEBP")


class Thumbnail(NamedTuple):
    """An encoded picture and its size in dots."""

    media_type: str
    content: bytes
    width: int
    height: int


def thumbnail(content: bytes, side: int) -> Thumbnail | None:
    """At most `side` dots wide and high; the dots of a smaller one are drawn as squares. None for what is no picture,
    or has more dots than are decoded."""
    from PIL import Image  # noqa: PLC0415 - slow to import, and seldom needed

    try:
        with Image.open(io.BytesIO(content), formats=_KINDS) as opened:
            if opened.width * opened.height > _MAX_DOTS:
                return None
            is_photograph = opened.format == "JPEG"
            opened.draft("RGB", (side, side))
            shown = opened.convert("RGB" if is_photograph else "RGBA")
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError):
        return None
    times = side // max(shown.size)
    if times > 1:
        shown = shown.resize((shown.width * times, shown.height * times), Image.Resampling.NEAREST)
    else:
        shown.thumbnail((side, side))
    written = io.BytesIO()
    if is_photograph:
        shown.save(written, "JPEG", quality=88)
        return Thumbnail("image/jpeg", written.getvalue(), *shown.size)
    shown.save(written, "PNG")
    return Thumbnail("image/png", written.getvalue(), *shown.size)
