"""SVG documents of ours as PNG, rendered with a font that comes along: a server may have none."""

from importlib.resources import files

import resvg_py

_FONT = "Lato"


def png(svg: str, scale: float = 2.0) -> bytes:
    """The picture, `scale` pixels for each of the document's. It reads no file and no address."""
    return resvg_py.svg_to_bytes(
        svg_string=svg,
        zoom=scale,
        font_dirs=[str(files("font_lato") / "files")],
        font_family=_FONT,
        sans_serif_family=_FONT,
        background="white",
    )
