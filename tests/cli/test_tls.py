"""HTTPS by the server itself."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from typer.testing import CliRunner

from shortlist.cli.main import app
from tests.live import live_server


def certificate(folder: Path, *, days: float = 1) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1, signed by itself and good for so many days from now, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=2))
        .not_valid_after(now + timedelta(days=days, minutes=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    files = folder / "cert.pem", folder / "key.pem"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = serialization.PrivateFormat.PKCS8
    files[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, private, serialization.NoEncryption()))
    return files


def test_the_server_speaks_https(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    with live_server(tmp_path / "data", tls_certificate=str(cert), tls_key=str(key)) as server:
        assert server.url.startswith("https://")
        trust = ssl.create_default_context(cafile=str(cert))
        with httpx.Client(base_url=server.url, verify=trust, timeout=60) as client:
            assert client.get("/-/readiness").status_code == 200


def test_a_certificate_that_does_not_work_is_said(tmp_path: Path) -> None:
    cert, _ = certificate(tmp_path)
    for settings in (
        {"TLS_CERTIFICATE": str(cert)},
        {"TLS_CERTIFICATE": str(cert), "TLS_KEY": str(tmp_path / "none")},
    ):
        environment = {f"SHORTLIST_{name}": value for name, value in settings.items()}
        result = CliRunner().invoke(app, ["server", "--port", "0", "--data", str(tmp_path)], env=environment)
        assert result.exit_code == 2, result.output
        assert "tls_key" in result.output or "does not work" in result.output
