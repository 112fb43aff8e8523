"""Files: shown in place whatever they are, uploaded and deleted, packed, and pictures by step."""

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from arro3.core import Array, DataType, Table
from arro3.io import write_parquet
from playwright.sync_api import Locator, Page, expect

from tests.e2e.axe import overflow, violations
from tests.e2e.conftest import Filled, OpenPage, Watch
from tests.e2e.lab import PROJECT

API = f"/api/v1/projects/{PROJECT.replace('/', '%2F')}"
MLMODEL = """
flavors: {python_function: {loader_module: mlflow.sklearn}}
signature: {inputs: '[{"type": "double", "name": "width", "required": true}]'}
"""
NOTEBOOK = b"""{"cells": [
    {"cell_type": "markdown", "source": ["# What was tried"]},
    {"cell_type": "code", "source": "score", "execution_count": 1, "outputs": [
        {"output_type": "execute_result", "data": {"text/html": "<b>no</b>", "text/plain": ["0.93"]}}]}
], "metadata": {}, "nbformat": 4}"""
REPORT = "<p id=p>no script</p><script>p.textContent = parent === self ? 'alone' : 'framed, ' + origin</script>"


def _parquet() -> bytes:
    numbers = Array(list(range(500)), type=DataType.int64())
    with io.BytesIO() as out:
        write_parquet(Table.from_pydict({"id": numbers, "squared": numbers}), out, compression="snappy")
        return out.getvalue()


def _panel(page: Page, title: str = "Files") -> Locator:
    return page.get_by_role("region", name=title)


@pytest.fixture
def candidate(filled: Filled) -> Callable[..., str]:
    """The address of a new candidate's page, with files of these contents."""

    def made(**named: dict[str, bytes]) -> str:
        name, files = next(iter(named.items()))
        with filled.server.client() as client:
            mlflow = f"{filled.server.tracking_uri}/api/2.0/mlflow"
            answer = client.post(f"{mlflow}/runs/create", json={"experiment_id": "0", "run_name": name})
            run = answer.json()["run"]["info"]
            rows = client.post(f"{API}/experiments/0/candidates/search", json={}).json()["candidates"]
            iid = next(row["iid"] for row in rows if row["external_id"] == run["run_id"])
            for path, content in files.items():
                client.put(f"{API}/candidates/{iid}/files/{path}", content=content).raise_for_status()
        return f"/{PROJECT}/-/ml/candidates/{iid}"

    return made


def test_every_kind_is_shown_for_what_it_is(
    page: Page, open_page: OpenPage, watch: Watch, candidate: Callable[..., str]
) -> None:
    watch.allow("sandboxed and lacks")
    address = candidate(
        shown={
            "report.html": REPORT.encode(),
            "model/MLmodel": MLMODEL.encode(),
            "model/requirements.txt": b"numpy==2.1.0\n",
            "train.py": b"def train():\n    return 'done'\n",
            "rows.parquet": _parquet(),
            "train.log": b"a line of the log\n" * 60_000,
            "study.ipynb": NOTEBOOK,
            "nothing.parquet": b"",
        }
    )
    page.goto(address)
    panel = _panel(page)
    panel.get_by_role("link", name="report.html").click()
    expect(panel.frame_locator("iframe").locator("#p")).to_have_text("framed, null")
    panel.get_by_role("link", name="MLmodel").click()
    expect(panel.get_by_role("row", name="width")).to_contain_text("double")
    expect(panel.get_by_text("numpy==2.1.0")).to_be_visible()
    panel.get_by_role("link", name="train.py").click()
    expect(panel.locator("pre .word").first).to_have_text("def")
    panel.get_by_role("link", name="rows.parquet").click()
    expect(panel.get_by_text("the first 200 of 500 rows")).to_be_visible()
    panel.get_by_role("link", name="train.log").click()
    expect(panel.get_by_text("Only the beginning was read, 1.0 MB of 1.1 MB.")).to_be_visible()

    panel.get_by_role("link", name="study.ipynb").click()
    expect(panel.get_by_role("heading", name="What was tried")).to_be_visible()
    expect(panel.get_by_text("0.93")).to_be_visible()
    panel.get_by_role("link", name="nothing.parquet").click()
    expect(panel.get_by_text("The file is empty.")).to_be_visible()

    small = open_page(390, 844, "dark")
    small.goto(f"{address}#file=model/MLmodel")
    expect(_panel(small).get_by_text("numpy==2.1.0")).to_be_visible()
    assert overflow(small) == 0
    assert violations(small) == []
    small.goto(f"{address}#file=study.ipynb")
    expect(_panel(small).get_by_text("0.93")).to_be_visible()
    assert overflow(small) == 0
    assert violations(small) == []


def test_files_come_and_go(page: Page, tmp_path: Path, candidate: Callable[..., str]) -> None:
    page.goto(candidate(changed={"plots/a.txt": b"a", "plots/b.txt": b"b"}))
    panel = _panel(page)
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "one.md").write_text("# One")
    page.get_by_label("Files to upload").set_input_files([folder / "one.md"])
    expect(panel.get_by_role("status").filter(has_text="Uploaded 1 file")).to_be_visible()
    expect(panel.get_by_role("link", name="one.md")).to_be_visible()

    with page.expect_download() as download:
        panel.get_by_role("link", name="Download plots as zip").click()
    assert download.value.suggested_filename == "plots.zip"
    with zipfile.ZipFile(download.value.path()) as archive:
        assert archive.namelist() == ["plots/a.txt", "plots/b.txt"]

    panel.get_by_role("link", name="a.txt").click()
    panel.get_by_role("button", name="Delete this file").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete file").click()
    expect(panel.get_by_role("link", name="a.txt")).to_have_count(0)
    panel.get_by_role("button", name="Delete the folder plots").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete folder").click()
    expect(panel.get_by_role("link", name="b.txt")).to_have_count(0)
    expect(panel.get_by_role("link", name="one.md")).to_be_visible()


def test_an_upload_that_is_refused_says_why(page: Page, watch: Watch, candidate: Callable[..., str]) -> None:
    watch.allow("400")
    page.goto(candidate(refused={"a": b"a file"}))
    box = page.locator(".box")
    drop = """(box, path) => {
        const data = new DataTransfer();
        data.items.add(new File(['x'], path));
        for (const type of ['dragover', 'drop']) {
            box.dispatchEvent(new DragEvent(type, {dataTransfer: data, bubbles: true, cancelable: true}));
        }
    }"""
    box.evaluate(drop, "bad\\name.txt")
    uploads = page.get_by_role("region", name="Uploads")
    expect(uploads).to_contain_text("1 file not uploaded")
    expect(uploads).to_contain_text("it contains a backslash")
    box.evaluate(drop, "good.txt")
    expect(_panel(page).get_by_role("link", name="good.txt")).to_be_visible()


def test_a_store_that_is_down_is_not_a_damaged_file(page: Page, watch: Watch, candidate: Callable[..., str]) -> None:
    """What the server says is said of every kind, and the file comes when it is asked for again."""
    watch.allow("503")
    refusal = {"error_code": "TEMPORARILY_UNAVAILABLE", "message": "The artifact store is not available."}
    down = [True]
    page.route(
        re.compile(r"/files/page\.(csv|png|wav|html)"),
        lambda route: route.fulfill(status=503, json=refusal) if down[0] else route.continue_(),
    )
    named = {f"page.{kind}": b"a,b\n1,2\n" for kind in ("csv", "png", "wav", "html")}
    address = candidate(unreadable=named)
    alert = _panel(page).get_by_role("alert")
    for name in named:
        page.goto(f"{address}#file={name}")
        page.reload()
        expect(alert).to_contain_text("The artifact store is not available.")
    down[0] = False
    alert.get_by_role("button", name="Try again").click()
    expect(_panel(page).frame_locator("iframe").get_by_text("a,b")).to_be_visible()
    page.goto(f"{address}#file=page.png")
    expect(_panel(page).get_by_role("alert")).to_contain_text("may be damaged")


def test_what_is_more_than_the_project_may_keep_says_so(
    page: Page, watch: Watch, filled: Filled, candidate: Callable[..., str]
) -> None:
    watch.allow("413")
    page.goto(candidate(full={"a.txt": b"a file"}))
    with filled.server.client() as client:
        kept = client.get(f"{API}/packages").json()["kept"]
        client.patch("/api/v1/admin/settings", json={"project_size_limit": kept + 1_000_000}).raise_for_status()
        try:
            page.get_by_label("Files to upload").set_input_files(
                [
                    {"name": "large.bin", "mimeType": "", "buffer": bytes(1_500_000)},
                    {"name": "little.bin", "mimeType": "", "buffer": b"x"},
                ]
            )
            uploads = page.get_by_role("region", name="Uploads")
            expect(uploads).to_contain_text("1 file not uploaded")
            expect(uploads).to_contain_text(f"and it may keep {(kept + 1_000_000) / 1e6:,.2f} MB")
            expect(_panel(page).get_by_role("link", name="little.bin")).to_be_visible()
        finally:
            client.patch("/api/v1/admin/settings", json={"project_size_limit": None}).raise_for_status()


def test_a_dropped_folder_keeps_its_paths(page: Page, tmp_path: Path, candidate: Callable[..., str]) -> None:
    (tmp_path / "plots" / "deep").mkdir(parents=True)
    (tmp_path / "plots" / "deep" / "one.txt").write_text("one")
    (tmp_path / "plots" / "two.txt").write_text("two")
    page.goto(candidate(dropped={"a.txt": b"a file"}), wait_until="networkidle")  # nothing moves the box any more
    page.locator(".box").scroll_into_view_if_needed()
    box = page.locator(".box").bounding_box()
    assert box is not None
    place = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    data = {"items": [], "files": [str(tmp_path / "plots")], "dragOperationsMask": 1}
    # A script cannot make a folder to drop; the browser's own protocol can.
    protocol = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        protocol.send("Input.dispatchDragEvent", {"type": kind, **place, "data": data})
    panel = _panel(page)
    expect(panel.get_by_role("status").filter(has_text="Uploaded 2 files")).to_be_visible()
    expect(page.locator(".drop")).to_have_count(0)
    with page.expect_download() as download:
        panel.get_by_role("link", name="Download plots as zip").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {
            "plots/deep/one.txt": b"one",
            "plots/two.txt": b"two",
        }


def test_a_cancelled_upload_leaves_nothing(page: Page, filled: Filled, candidate: Callable[..., str]) -> None:
    address = candidate(cancelled={"a.txt": b"a file"})
    page.goto(address)
    # What is never answered is on its way until it is cancelled.
    page.route("**/files/big.bin", lambda _: None)
    page.get_by_label("Files to upload").set_input_files(
        [{"name": name, "mimeType": "", "buffer": b"x"} for name in ("big.bin", "small.bin")]
    )
    uploads = page.get_by_role("region", name="Uploads")
    expect(uploads).to_contain_text("1 done")
    uploads.get_by_role("button", name="Cancel big.bin").click()
    expect(uploads.get_by_role("status")).to_have_text("Uploaded 1 file")
    expect(_panel(page).get_by_role("link", name="small.bin")).to_be_visible()
    with filled.server.client() as client:
        listed = client.get(f"{API}/candidates/{address.rpartition('/')[2]}/files").json()["files"]
    assert [file["path"] for file in listed] == ["a.txt", "small.bin"]


def test_nothing_is_uploaded_to_a_deleted_candidate(
    page: Page, watch: Watch, filled: Filled, candidate: Callable[..., str]
) -> None:
    watch.allow("400")
    iid = candidate(deleted={"a.txt": b"a file"}).rpartition("/")[2]
    with filled.server.client() as client:
        packages = client.get(f"{API}/packages", params={"search": "ml_experiment"}).json()["packages"]
        item = next(found for found in packages if found["version"] == iid)
        page.goto(f"/{PROJECT}/-/packages/{item['id']}")
        field = page.get_by_label("Files to upload")
        expect(field).to_be_attached()
        client.delete(f"{API}/candidates/{iid}").raise_for_status()
        field.set_input_files([{"name": "late.txt", "mimeType": "", "buffer": b"x"}])
        uploads = page.get_by_role("region", name="Uploads")
        expect(uploads).to_contain_text("1 file not uploaded")
        expect(uploads).to_contain_text("Current state is deleted")


def test_pictures_follow_the_step(page: Page, candidate: Callable[..., str]) -> None:
    pixel = bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da63fccfc0500f0004"
        "850180842b5e0000000049454e44ae426082"
    )
    names = {f"images/val~dogs+step+{step}+timestamp+1+{step}a.png": pixel for step in (1, 5, 9)}
    page.goto(candidate(pictured=names))
    panel = _panel(page, "Pictures by step")
    expect(panel.get_by_role("img", name="val/dogs at step 9")).to_be_visible()
    page.keyboard.press("[")
    expect(panel.get_by_role("img", name="val/dogs at step 5")).to_be_visible()
    panel.get_by_role("slider", name="Step").focus()
    page.keyboard.press("Home")
    expect(panel.get_by_role("img", name="val/dogs at step 1")).to_be_visible()


def test_packages_are_found_looked_at_and_deleted(page: Page, filled: Filled) -> None:
    with filled.server.client() as client:
        for version in ("1.0", "2.0"):
            url = f"/api/v4/projects/root%2Fdefault/packages/generic/tool-box/{version}/bin/run.sh"
            client.put(url, content=b"#!/bin/sh\n").raise_for_status()
    page.goto(f"/{PROJECT}/-/packages")
    main = page.get_by_role("main")
    page.get_by_label("Type").select_option(label="Model")
    expect(main.get_by_role("row", name="tool-box")).to_have_count(0)
    page.get_by_label("Type").select_option(label="Generic")
    page.get_by_label("Search packages").fill("TOOL")
    expect(main.get_by_role("row", name="tool-box")).to_have_count(2)
    main.get_by_role("row", name="1.0").get_by_role("link").click()
    expect(page.get_by_role("heading", name=re.compile("tool-box 1.0"))).to_be_visible()
    expect(_panel(page).locator("pre")).to_contain_text("#!/bin/sh")
    expect(_panel(page, "Other versions")).to_contain_text("2.0")

    page.get_by_role("button", name="Delete package").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete package").click()
    expect(page.get_by_role("status").filter(has_text="Deleted tool-box 1.0")).to_be_visible()
    expect(main.get_by_role("row", name="tool-box")).to_have_count(1)
