"""Azure's interface, as an Azurite speaks it that `script/stores` starts; in the ordinary run there is none."""

import base64
import hashlib
import hmac
import os
from email.utils import formatdate

import httpx

ENDPOINT = os.environ.get("SHORTLIST_TEST_AZURE", "")
# The account and key that every Azurite has.
ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
ENVIRONMENT = {
    "AZURE_STORAGE_ACCOUNT_NAME": ACCOUNT,
    "AZURE_STORAGE_ACCOUNT_KEY": KEY,
    "AZURE_STORAGE_ENDPOINT": f"{ENDPOINT}/{ACCOUNT}",
}


def make_container(name: str) -> None:
    """Make a container, which obstore cannot: a request signed with the key of the account."""
    headers = {"x-ms-date": formatdate(usegmt=True), "x-ms-version": "2021-08-06"}
    signed = "".join(f"{header}:{value}\n" for header, value in headers.items())
    text = f"PUT{chr(10) * 12}{signed}/{ACCOUNT}/{ACCOUNT}/{name}\nrestype:container"
    made = hmac.new(base64.b64decode(KEY), text.encode(), hashlib.sha256).digest()
    headers["authorization"] = f"SharedKey {ACCOUNT}:{base64.b64encode(made).decode()}"
    answer = httpx.put(f"{ENDPOINT}/{ACCOUNT}/{name}", params={"restype": "container"}, headers=headers)
    assert answer.status_code == 201, answer.text
