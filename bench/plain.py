"""The least that a file server can be: a file and a socket with nothing between them. What there is to reach.

python -m bench.plain PORT FOLDER: `GET /NAME` reads and sends pieces, `PUT /NAME` writes them as they come and answers
when they are on the disk. One request after another.
"""

import os
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

# Of 128 KiB to 2 MiB, what was fastest here in both directions.
PIECE_BYTES = 256 * 1024


class Files(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    folder = Path()

    def do_GET(self) -> None:
        with (self.folder / self.path.strip("/")).open("rb", buffering=0) as file:
            self.send_response(200)
            self.send_header("Content-Length", str(os.fstat(file.fileno()).st_size))
            self.end_headers()
            buffer = memoryview(bytearray(PIECE_BYTES))
            while count := file.readinto(buffer):
                self.connection.sendall(buffer[:count])

    def do_PUT(self) -> None:
        left = int(self.headers["Content-Length"])
        buffer = memoryview(bytearray(PIECE_BYTES))
        with (self.folder / self.path.strip("/")).open("wb", buffering=0) as file:
            while left and (count := self.rfile.readinto1(buffer[: min(left, PIECE_BYTES)])):
                file.write(buffer[:count])
                left -= count
            os.fsync(file.fileno())
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its base's
        """Nobody reads it."""


if __name__ == "__main__":
    Files.folder = Path(sys.argv[2])
    HTTPServer(("127.0.0.1", int(sys.argv[1])), Files).serve_forever()
