"""Settings of the instance, sign-up, groups deleted and restored, trusted publishers; and text that means harm."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.axe import at_rest, overflow, violations
from tests.e2e.conftest import OpenPage, Watch
from tests.live import LiveServer

EVIL = "<img src=x onerror=alert(1)></script><script>document.title='broken'</script>"


@pytest.fixture
def defaults_afterwards(server: LiveServer) -> Iterator[None]:
    """The server is everybody's: what a test sets goes with it."""
    yield
    with server.client() as api:
        names = api.get("/api/v1/admin/settings").json()
        unset = {name: None for name in names if not name.startswith("environment_")}
        assert api.patch("/api/v1/admin/settings", json=unset).status_code == 200


@pytest.mark.usefixtures("defaults_afterwards")
def test_an_administrator_opens_sign_up_and_a_visitor_makes_an_account(
    page: Page, open_page: OpenPage, watch: Watch
) -> None:
    watch.allow("status of (400|409)")
    page.goto("/admin/application_settings/general")
    page.get_by_role("checkbox", name="Sign-up").check()
    page.get_by_role("form", name="Accounts").get_by_role("button").click()
    expect(page.get_by_text("Anybody may make an account now.")).to_be_visible()
    places = page.get_by_role("form", name="Projects and groups")
    places.get_by_role("checkbox", name="Public").check()
    places.get_by_label("Visibility of a new project").select_option("public")
    places.get_by_role("button", name="Save changes").click()
    expect(places.get_by_role("alert").filter(has_text="restricted at once")).to_be_visible()
    places.get_by_label("Visibility of a new project").select_option("internal")
    places.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("Saved what projects and groups may be.")).to_be_visible()
    limits = page.get_by_role("form", name="Limits")
    limits.get_by_label("Most that a project keeps").fill("lots")
    limits.get_by_role("button").click()
    expect(limits.get_by_role("alert").filter(has_text="A size is written")).to_be_visible()
    limits.get_by_label("Most that a project keeps").fill("10 GiB")
    limits.get_by_role("button").click()
    expect(page.get_by_text("Saved the limits.")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Most that a project keeps")).to_have_value("10 GiB")

    visitor = open_page(390, 844, signed_in=False)
    visitor.goto("/users/sign_in")
    visitor.get_by_role("link", name="Make one").click()
    expect(visitor.get_by_label("Username")).to_be_visible()
    assert violations(visitor) == []
    assert overflow(visitor) <= 0
    visitor.get_by_label("Username").fill("root")
    visitor.get_by_label("Password").fill("a long enough one")
    visitor.get_by_role("button", name="Make account").click()
    expect(visitor.get_by_role("alert").filter(has_text="taken")).to_be_visible()
    visitor.get_by_label("Username").fill("newcomer")
    visitor.get_by_role("button", name="Make account").click()
    expect(visitor.get_by_role("heading", name="Projects")).to_be_visible()
    visitor.goto("/projects/new")
    expect(visitor.get_by_role("radio", name="Internal")).to_be_checked()
    expect(visitor.get_by_role("radio", name="Public")).to_be_disabled()


def test_a_ci_project_is_trusted_and_no_longer(page: Page, server: LiveServer, watch: Watch) -> None:
    watch.allow("status of 400")
    with server.client() as api:
        api.post("/api/v1/projects", json={"path": "published"}).raise_for_status()
    page.goto("/root/published/-/settings/ci_cd")
    form = page.get_by_role("form", name="Trust a CI project")
    form.get_by_label("GitLab project").fill("vision-team/*")
    form.get_by_role("button", name="Trust it").click()
    expect(form.get_by_role("alert").filter(has_text="Too wide: a rule trusts one CI project")).to_be_visible()
    form.get_by_label("GitLab project").fill("vision-team/classifier")
    form.get_by_role("button", name="Trust it").click()
    expect(form.get_by_role("alert").filter(has_text="Too wide: name the branch")).to_be_visible()
    form.get_by_label("Branch or ref").fill("main")
    form.get_by_role("button", name="Trust it").click()
    row = page.get_by_role("row", name="vision-team/classifier")
    expect(row).to_contain_text("on main")
    expect(page.get_by_text("id_tokens:")).to_be_visible()
    page.get_by_role("button", name="Remove the rule for vision-team/classifier").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove rule").click()
    expect(row).to_have_count(0)


def test_a_group_is_deleted_and_restored(page: Page, server: LiveServer) -> None:
    with server.client() as api:
        api.post("/api/v1/groups", json={"path": "fading"}).raise_for_status()
        api.post("/api/v1/projects", json={"path": "inside", "namespace": "fading"}).raise_for_status()
    page.goto("/groups/fading/-/edit")
    page.get_by_role("button", name="Delete group").click()
    confirm = page.get_by_role("dialog")
    confirm.get_by_role("textbox").fill("fading")
    confirm.get_by_role("button", name="Delete group").click()
    expect(page.get_by_role("heading", name="This group is being deleted")).to_be_visible()
    page.goto("/dashboard/groups")
    expect(page.get_by_role("list", name="Groups").get_by_text("fading")).to_have_count(0)
    page.get_by_text("Groups that are being deleted").click()
    page.get_by_role("link", name="fading").click()
    page.get_by_role("button", name="Restore group").click()
    expect(page.get_by_label("Path")).to_have_value("fading")
    page.goto("/fading/inside/edit")
    expect(page.get_by_label("Path")).to_have_value("inside")


def test_what_is_logged_is_shown_as_text(open_page: OpenPage, server: LiveServer) -> None:
    """Every text field that a training or a package has, on every page that shows it."""
    with server.client() as api:
        api.post("/api/v1/projects", json={"path": "den"}).raise_for_status()
        base = "/api/v4/projects/root%2Fden/ml/mlflow/api/2.0/mlflow"

        def call(operation: str, **body: object) -> dict[str, dict[str, dict[str, str]]]:
            answer = api.post(f"{base}/{operation}", json=body)
            assert answer.status_code == 200, answer.text
            return answer.json()

        tag = {"key": "note", "value": EVIL}
        experiment = call("experiments/create", name=EVIL, tags=[tag, {"key": "mlflow.note.content", "value": EVIL}])
        run = call(
            "runs/create",
            experiment_id=experiment["experiment_id"],
            run_name=EVIL,
            tags=[tag, {"key": "mlflow.note.content", "value": EVIL}, {"key": "mlflow.source.name", "value": EVIL}],
        )["run"]["info"]["run_id"]
        call("runs/log-parameter", run_id=run, key="p", value=EVIL)
        call("runs/log-metric", run_id=run, key="m", value=1, timestamp=1)
        source = {"name": EVIL, "digest": "d", "source_type": EVIL, "source": EVIL, "schema": EVIL, "profile": EVIL}
        call("runs/log-inputs", run_id=run, datasets=[{"dataset": source, "tags": [tag]}])
        call("registered-models/create", name="net", description=EVIL, tags=[tag])
        call("model-versions/create", name="net", source="candidate:1", run_id=run, description=EVIL, tags=[tag])
        artifacts = base.replace("/api/2.0/mlflow", "/api/2.0/mlflow-artifacts/artifacts")
        name = "<img src=x onerror=alert(1)>.txt"
        api.put(f"{artifacts}/candidate:1/{name}", content=EVIL.encode()).raise_for_status()
        rule = {"issuer": "https://gitlab.com", "ci_project": "<img/src=x>", "ref": "<script>"}
        api.post("/api/v1/projects/root%2Fden/trusted_publishers", json=rule).raise_for_status()
    addresses = (
        "ml/experiments",
        "ml/experiments/1",
        "ml/candidates/1",
        "ml/compare?candidates=1",
        "ml/models",
        "ml/models/1",
        "ml/models/1/versions/1",
        "packages",
        "packages/1",
        "settings/ci_cd",
    )
    windows = [open_page() for _ in range(3)]
    for address, page in at_rest(windows, {address: f"/root/den/-/{address}" for address in addresses}):
        expect(page.locator("main :is(h1, h2)").first, address).to_be_visible()
        assert page.locator("img[src='x']").count() == 0, address
        assert page.title() != "broken", address
