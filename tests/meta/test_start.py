"""What a start imports before the first answer."""

import subprocess
import sys
from pathlib import Path

# Each takes a tenth of a second or more, or is for what a fresh server is not asked at once.
_LATER = (
    "alembic",
    "arro3",
    "cryptography",
    "httpx",
    "joserfc",
    "numpy",
    "opentelemetry",
    "pcodec",
    "psycopg",
    "pydantic",
    "pygments",
    "resvg_py",
    "rich",
    "sqlalchemy.dialects.postgresql",
    "shortlist.app",
    "shortlist.charts.service",
    "shortlist.ranking.service",
    "shortlist.v4.endpoints",
    "shortlist.web.pages",
)
_OPEN = """
import sys
from pathlib import Path

import shortlist.cli.main, shortlist.cli.serving, shortlist.http.server
from shortlist.opening import open_server
from shortlist.settings import Settings

folder = Path(sys.argv[1])
open_server(Settings(data=folder)).close()
print(*[name for name in sys.argv[2:] if name in sys.modules])
"""


def test_a_server_on_sqlite_answers_first_without_what_takes_long_to_import(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _OPEN, str(tmp_path), *_LATER]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
