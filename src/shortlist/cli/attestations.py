"""`shortlist verify`: check an attestation of a model version, and its files, without the server."""

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from shortlist.cli.options import refusals

if TYPE_CHECKING:
    from shortlist.attestation.verify import Statement

_WELL_KNOWN = "/.well-known/jwks.json"


def verify(
    file: Annotated[Path, typer.Argument(help="The attestation.", dir_okay=False)],
    key: Annotated[
        str, typer.Option(help="File with the server's public key, or its address; else that of MLFLOW_TRACKING_URI.")
    ] = "",
    files: Annotated[
        Path | None, typer.Option(help="Folder with the version's files, each of which is checked.", file_okay=False)
    ] = None,
) -> None:
    """Check that a server has signed an attestation, and that files are those that it names."""
    with refusals():
        from shortlist.attestation.verify import faults_of, keys_of, statement_of

        found = statement_of(_read(file), keys_of(_key(key)))
        faults = [] if files is None else faults_of(found, _folder(files))
    for line in _lines(found):
        typer.echo(line)
    if files is not None and not faults:
        typer.echo(f"{_files(found)} as attested, and no other.")
    for fault in faults:
        typer.echo(f"shortlist: {fault}", err=True)
    if faults:
        raise typer.Exit(1)


def _lines(found: "Statement") -> list[str]:
    """What the attestation says, a line for each fact."""
    predicate: dict[str, Any] = found.predicate
    version, ci = predicate.get("shortlist_version", {}), predicate.get("shortlist_ci", {})
    definition, run = predicate.get("buildDefinition", {}), predicate.get("runDetails", {})
    source = [item for item in definition.get("resolvedDependencies", []) if item.get("name") == "source"]
    proof = f"verified by {ci.get('issuer')}" if ci.get("verified") in ("yes", "partly") else "reported by the client"
    rows = (
        ("Good signature", f"of {_files(found)}"),
        ("Model", f"{version.get('model', '')} {version.get('version', '')}"),
        ("Builder", run.get("builder", {}).get("id", "")),
        ("Job", f"{run.get('metadata', {}).get('invocationId', '')} ({proof})" if ci else ""),
        ("Source", source[0].get("uri", "") if source else ""),
        ("Commit", source[0].get("digest", {}).get("gitCommit", "") if source else ""),
    )
    # What an attestation says is text of others: no character of it may command the terminal.
    return [
        f"{name:<16}{''.join(letter for letter in str(value) if letter.isprintable())}"
        for name, value in rows
        if value
    ]


def _files(found: "Statement") -> str:
    count = len(found.subject)
    return f"{count} file{'' if count == 1 else 's'}"


def _key(given: str) -> bytes:
    from shortlist.errors import InvalidValue

    if given and not given.startswith(("http://", "https://")):
        return _read(Path(given))
    address = given
    if not address:
        tracking = urlsplit(os.environ.get("MLFLOW_TRACKING_URI", ""))
        if not tracking.netloc:
            raise InvalidValue(
                f"Give the server's public key with --key: a file with what its {_WELL_KNOWN} answers.", field="key"
            )
        address = f"{tracking.scheme}://{tracking.netloc}{_WELL_KNOWN}"
    return asyncio.run(_fetched(address))


async def _fetched(address: str) -> bytes:
    import msgspec

    from shortlist import outbound
    from shortlist.errors import Unavailable

    try:
        return msgspec.json.encode(await outbound.get_json(outbound.check_url(address, "key")))
    except outbound.OutboundError as error:
        raise Unavailable(f"The key could not be fetched from {address}: {error.reason}.") from None


def _read(path: Path) -> bytes:
    from shortlist.errors import InvalidValue

    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidValue(f"Cannot read {path}: {error.strerror}.", field="file") from None


def _folder(path: Path) -> Path:
    from shortlist.errors import InvalidValue

    if not path.is_dir():
        raise InvalidValue(f"There is no folder {path}.", field="files")
    return path
