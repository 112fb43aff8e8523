"""The built front end: hashed files, held in memory with a compressed copy, and the shell around a page's data."""

import gzip
import html
import mimetypes
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import msgspec

from shortlist.errors import NotFound
from shortlist.web import said, still
from shortlist.web.page_data import PageData

DIST = Path(__file__).parent / "dist"
BASE = "/-/assets/"
_MAIN = "src/main.ts"
_EARLY = "src/early.ts"
_PAGE = re.compile(r"src/pages/(\w+)\.svelte")
_WORTH_COMPRESSING = ("text/", "application/javascript", "application/json", "image/svg+xml")

DESCRIPTION = "Model experiments of your team: find the best candidate, and what made it."


@dataclass(frozen=True)
class Asset:
    content_type: str
    body: bytes

    @cached_property
    def compressed(self) -> bytes | None:
        """The body as gzip, where that is worth it. Made when it is first asked for: to compress all of them takes
        longer than the rest of a start."""
        worth = self.content_type.startswith(_WORTH_COMPRESSING) and len(self.body) > 1000
        return gzip.compress(self.body, mtime=0) if worth else None


class _Chunk(msgspec.Struct):
    """An entry of Vite's manifest."""

    file: str
    css: list[str] = []
    imports: list[str] = []


class Assets:
    """Files of a folder that Vite built. A missing folder gives pages that say how to build it."""

    def __init__(self, folder: Path = DIST) -> None:
        self._files: dict[str, Asset] = {}
        self._head = _Head({})
        manifest = folder / ".vite" / "manifest.json"
        self.built = manifest.exists()
        if self.built:
            self._files = {
                path.relative_to(folder).as_posix(): _load(path)
                for path in folder.rglob("*")
                if path.is_file() and ".vite" not in path.parts
            }
            self._head = _Head(msgspec.json.decode(manifest.read_bytes(), type=dict[str, _Chunk]))

    def get(self, path: str) -> Asset:
        """Raises NotFound: there is no such file."""
        asset = self._files.get(path)
        if asset is None:
            raise NotFound("There is no such file.")
        return asset

    def page(self, data: PageData, title: str, image: str = "") -> bytes:
        """A whole HTML page: readable as it comes, and with its first data, so that no second request is needed.

        Args:
            image: the address of a picture for previews of links to the page.
        """
        # `<` is the only character that could end the script element early.
        embedded = msgspec.json.encode(data).decode().replace("<", "\\u003c")
        sentence = said.sentence(data)
        shown, about = html.escape(title), html.escape(sentence or DESCRIPTION)
        missing = "" if self.built else "<p>The user interface is not built. Run <code>script/build</code>.</p>"
        picture = f'<meta property="og:image" content="{html.escape(image)}">' if image else ""
        return (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{shown}</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f'<meta name="description" content="{about}"><meta property="og:title" content="{shown}">'
            f'<meta property="og:description" content="{about}"><meta property="og:site_name" content="Shortlist">'
            f'<meta property="og:type" content="website">{picture}{self._head.tags(data.page)}</head>'
            f'<body><div id="app">{missing}'
            f"{still.body(data, title, sentence)}</div>"
            f'<script id="page-data" type="application/json">{embedded}</script></body></html>'
        ).encode()


def _load(path: Path) -> Asset:
    content_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if content_type == "text/javascript":
        content_type = "application/javascript"
    return Asset(content_type, path.read_bytes())


class _Head:
    """The tags that bring the program: what must run before anything is painted, the styles, the scripts.

    A page that is a part of its own comes with the document, so that the program need not ask for it.
    """

    def __init__(self, manifest: dict[str, _Chunk]) -> None:
        self._manifest = manifest
        self._common = ""
        self._parts: dict[str, str] = {}
        if not manifest:
            return
        icon = f'<link rel="icon" href="{BASE}favicon.svg" type="image/svg+xml">'
        early = f'<script src="{BASE}{manifest[_EARLY].file}"></script>' if _EARLY in manifest else ""
        self._common = icon + early
        main = self._needed(_MAIN)
        for key, chunk in manifest.items():
            name = _PAGE.fullmatch(key)
            if name is not None and not chunk.file.endswith(".css"):
                page = re.sub(r"(?<!^)(?=[A-Z])", "_", name[1]).lower()
                self._parts[page] = self._brought(
                    [*main, *(other for other in self._needed(key) if other not in main)]
                )
        self._parts[""] = self._brought(main)

    def tags(self, page: str) -> str:
        return self._common + self._parts.get(page, self._parts.get("", ""))

    def _needed(self, key: str) -> list[str]:
        """A chunk with all that it imports, each once."""
        found = [key]
        for other in found:
            found += [name for name in self._manifest[other].imports if name not in found]
        return found

    def _brought(self, keys: list[str]) -> str:
        chunks = {key: self._manifest[key] for key in keys}
        styles = dict.fromkeys(file for chunk in chunks.values() for file in chunk.css)
        tags = [f'<link rel="stylesheet" href="{BASE}{file}">' for file in styles]
        run = {key for key in keys if key == _MAIN or _PAGE.fullmatch(key)}
        tags += [f'<link rel="modulepreload" href="{BASE}{chunks[key].file}">' for key in keys if key not in run]
        # The page's part runs before the program, which then has it at once.
        tags += [
            f'<script type="module" src="{BASE}{chunks[key].file}"></script>' for key in reversed(keys) if key in run
        ]
        return "".join(tags)
