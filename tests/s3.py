"""A real S3 server on loopback: rclone, from its wheel, on a temporary folder.

Google's clients for GCS speak the same protocol with other signatures, so it stands in for that, too.
"""

import json
import os
import shutil
import signal
import subprocess
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.ports import free_port, wait_until_it_listens

KEY, SECRET = "test-key", "test-secret"
BUCKET = "bucket"


@dataclass
class S3Server:
    """`folder` is the one bucket. It was there before the server, which remembers what buckets there are."""

    process: subprocess.Popen[bytes]
    folder: Path
    endpoint: str

    @property
    def environment(self) -> dict[str, str]:
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": "us-east-1",
        }

    def url(self, prefix: str) -> str:
        return f"s3://{BUCKET}/{prefix}"

    @property
    def environment_of_gcs(self) -> dict[str, str]:
        """For a server that checks no signatures: a service account, which signs its own tokens and addresses."""
        account = {
            "client_email": "tests@example.com",
            "private_key": _private_key(),
            "private_key_id": "1",
        }
        return {"GOOGLE_BASE_URL": self.endpoint, "GOOGLE_SERVICE_ACCOUNT_KEY": json.dumps(account)}

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=60)

    @contextmanager
    def unresponsive(self) -> Iterator[None]:
        """Until the end of the block it takes connections, as the system does for it, and answers nothing."""
        self.process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.process.pid, os.WSTOPPED)  # its threads go on for a moment, and one may still answer
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)


@cache
def _private_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@contextmanager
def s3_server(folder: Path, *, signatures: bool = True) -> Iterator[S3Server]:
    """Serve a bucket that is a folder in `folder`, until the end of the block."""
    bucket = folder / BUCKET
    bucket.mkdir(parents=True)
    port = free_port()
    program = Path(sysconfig.get_path("scripts"), "rclone")
    keys = ["--auth-key", f"{KEY},{SECRET}"] if signatures else []
    process = subprocess.Popen(
        [program, "serve", "s3", "--addr", f"127.0.0.1:{port}", *keys, folder],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "RCLONE_CONFIG": os.devnull},
    )
    server = S3Server(process, bucket, f"http://127.0.0.1:{port}")
    try:
        wait_until_it_listens(process, port)
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
