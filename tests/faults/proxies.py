"""The proxies that companies have, with the configurations from `deploy/`, before servers on this machine.

Where nginx or HAProxy is not installed (Debian: `nginx-light`, `haproxy`), it is left out.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.ports import free_port, wait_until_it_listens

DEPLOY = Path(__file__).parents[2] / "deploy"
_PLACES = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"))
# What nginx needs around a file of conf.d.
_NGINX = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
    uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    {shortlist}
}}
"""


def program(name: str) -> str | None:
    return shutil.which(name, path=_PLACES)


def _nginx(port: int, ports: Sequence[int], folder: Path) -> list[str]:
    text = _behind((DEPLOY / "nginx" / "shortlist.conf").read_text(), ports).replace("listen 80;", f"listen {port};")
    file = folder / "nginx.conf"
    file.write_text(_NGINX.format(folder=folder, shortlist=text))
    return ["-p", str(folder), "-e", str(folder / "error.log"), "-c", str(file)]


def _haproxy(port: int, ports: Sequence[int], folder: Path) -> list[str]:
    text = _behind((DEPLOY / "haproxy" / "haproxy.cfg").read_text(), ports).replace(
        "bind :80", f"bind 127.0.0.1:{port}"
    )
    file = folder / "haproxy.cfg"
    file.write_text(text)
    return ["-db", "-f", str(file)]


def _behind(text: str, ports: Sequence[int]) -> str:
    """The configuration with the ports of these servers in place of its own."""
    for number, port in enumerate(ports, 1):
        text = re.sub(rf"127\.0\.0\.1:500{number}\b", f"127.0.0.1:{port}", text)
    return text


_KINDS: dict[str, Callable[[int, Sequence[int], Path], list[str]]] = {"nginx": _nginx, "haproxy": _haproxy}


def installed() -> list[str]:
    return [name for name in _KINDS if program(name)]


@contextmanager
def real_proxy(name: str, ports: Sequence[int], folder: Path) -> Iterator[str]:
    """The address of this proxy before servers on these ports."""
    folder.mkdir(parents=True)
    port = free_port()
    words = _KINDS[name](port, ports, folder)
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen([program(name) or name, *words], stdout=output, stderr=output)
    try:
        wait_until_it_listens(process, port, (folder / "output").read_text)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=60)
