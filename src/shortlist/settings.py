"""Settings: one frozen struct, read once, from the command line, the environment and a TOML file, in that order."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from shortlist.errors import InvalidValue

PREFIX = "SHORTLIST_"


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every setting, with its default. The name in the environment is `SHORTLIST_` and the name in capitals."""

    host: str = "127.0.0.1"
    port: int = 5000
    data: Path = Path("shortlist-data")
    database: str = ""  # empty: SQLite in the data folder
    artifacts: str = ""  # empty: a folder in the data folder
    allowed_hosts: tuple[str, ...] = ()  # besides loopback names and private addresses
    external_url: str = ""  # as browsers and clients see the server; empty: from the Host header
    max_body_bytes: int = 32 * 1024 * 1024  # of a JSON request
    max_file_bytes: int = 10 * 1024 * 1024 * 1024  # of one uploaded file
    root_password: str = ""
    root_token: str = ""
    log_format: str = "auto"  # json, console, or auto: console on a terminal

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite:///{self.data.resolve() / 'shortlist.db'}"

    @property
    def artifacts_url(self) -> str:
        return self.artifacts or (self.data.resolve() / "artifacts").as_uri()


def load(given: Mapping[str, Any], environment: Mapping[str, str], file: Path | None = None) -> Settings:
    """Settings from what was given explicitly (None means not given), then the environment, then a TOML file.

    Raises:
        InvalidValue: an unreadable file, an unknown name in it, or a value of the wrong kind; the message names it.
    """
    values: dict[str, Any] = _read_file(file) if file is not None else {}
    for name in Settings.__struct_fields__:
        text = environment.get(PREFIX + name.upper())
        if text is not None:
            values[name] = [part.strip() for part in text.split(",")] if name == "allowed_hosts" else text
    values.update({name: value for name, value in given.items() if value is not None})
    try:
        settings = msgspec.convert(values, Settings, strict=False, dec_hook=_from_text)
    except msgspec.ValidationError as error:
        raise InvalidValue(f"Wrong setting: {error}") from None
    if not 0 <= settings.port <= 65535:
        raise InvalidValue(f"Wrong setting: the port must be between 0 and 65535, not {settings.port}", field="port")
    return settings


def _from_text(kind: type[Any], value: object) -> object:
    """A folder comes as text from the environment and from a file."""
    if kind is Path and isinstance(value, str | Path):
        return Path(value)
    raise NotImplementedError


def _read_file(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text())
    except OSError as error:
        raise InvalidValue(f"Cannot read the settings file {file}: {error.strerror}") from None
    except tomllib.TOMLDecodeError as error:
        raise InvalidValue(f"The settings file {file} is not valid TOML: {error}") from None
