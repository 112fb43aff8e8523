"""Projects, members, settings, groups, the audit and accounts in the browser."""

from playwright.sync_api import Page, expect

from tests.e2e.axe import at_rest, faults, violations
from tests.e2e.conftest import Filled, OpenPage, Watch
from tests.live import LiveServer


def test_a_project_is_made_shared_closed_moved_deleted_and_restored(
    page: Page, filled: Filled, server: LiveServer, watch: Watch
) -> None:
    watch.allow("status of (400|404|409)")
    with server.client() as api:
        api.post("/api/v1/admin/users", json={"username": "rita"})
    _make_group(page)
    page.get_by_role("link", name="New project").click()
    page.get_by_label("Name").fill("Night Lanes")
    expect(page.get_by_label("Address")).to_have_value("night-lanes")
    page.get_by_label("Address").fill("not a path")
    page.get_by_role("button", name="Create project").click()
    expect(page.get_by_role("alert").filter(has_text="must have letters")).to_be_visible()
    expect(page.get_by_label("Name")).to_have_value("Night Lanes")
    page.get_by_label("Address").fill("lanes")
    page.get_by_role("button", name="Create project").click()

    _share(page)
    _close(page, server)
    _delete_and_restore(page)


def _make_group(page: Page) -> None:
    page.goto("/dashboard/groups")
    page.get_by_role("link", name="New group").click()
    page.get_by_label("Name").fill("Vision")
    page.get_by_role("button", name="Create group").click()
    expect(page.get_by_role("heading", name="Vision")).to_be_visible()


def _share(page: Page) -> None:
    page.get_by_role("navigation", name="Project").get_by_role("link", name="Members").click()
    expect(page.get_by_role("row", name="@root").get_by_role("link", name="vision")).to_be_visible()
    form = page.get_by_role("form", name="Add a member")
    form.get_by_label("Username").fill("nobody-here")
    form.get_by_role("button", name="Add member").click()
    expect(form.get_by_role("alert").filter(has_text="There is no user nobody-here.")).to_be_visible()
    form.get_by_label("Username").fill("rita")
    form.get_by_role("button", name="Add member").click()
    page.get_by_label("Role of rita").select_option("developer")
    expect(page.get_by_text("Changed rita.")).to_be_visible()
    page.get_by_role("button", name="Remove rita").click()
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_label("Role of rita")).to_have_value("developer")


def _close(page: Page, server: LiveServer) -> None:
    """Model experiments switched off are gone from the menu, the pages and the API."""
    menu = page.get_by_role("navigation", name="Project")
    menu.get_by_role("link", name="Settings").click()
    page.get_by_label("Model experiments").select_option("disabled")
    form = page.get_by_role("form", name="Visibility, project features, permissions")
    form.get_by_role("radio", name="Public").check()
    form.get_by_role("button", name="Save changes").click()
    expect(form.get_by_role("alert").filter(has_text="its group is private")).to_be_visible()
    expect(page.get_by_label("Model experiments")).to_have_value("disabled")
    form.get_by_role("radio", name="Private").check()
    form.get_by_role("button", name="Save changes").click()
    expect(menu.get_by_role("link", name="Experiments")).to_have_count(0)
    expect(page.get_by_role("form", name="Retention")).to_have_count(0)
    expect(page.get_by_role("form", name="Packages")).to_be_visible()
    with server.client() as api:
        assert api.get("/api/v1/projects/vision%2Flanes/experiments").status_code == 404
        assert api.get("/vision/lanes/-/ml/experiments").status_code == 404


def _delete_and_restore(page: Page) -> None:
    page.get_by_role("button", name="Delete project").click()
    confirm = page.get_by_role("dialog")
    expect(confirm.get_by_role("button", name="Delete project")).to_be_disabled()
    confirm.get_by_role("textbox").fill("vision/lanes")
    confirm.get_by_role("button", name="Delete project").click()
    expect(page.get_by_role("heading", name="This project is being deleted")).to_be_visible()
    page.get_by_role("navigation", name="Project").get_by_role("link", name="Members").click()
    expect(page.get_by_role("note").filter(has_text="This project is being deleted.")).to_be_visible()
    page.get_by_role("link", name="Restore it in the settings").click()
    page.get_by_role("button", name="Restore project").click()
    expect(page.get_by_label("Path")).to_have_value("lanes")

    page.get_by_role("navigation", name="Settings").get_by_role("link", name="Audit events").click()
    page.get_by_label("What").fill("project:restore")
    page.get_by_role("button", name="Filter").click()
    events = page.get_by_role("table", name="Events").get_by_role("row")
    expect(events).to_have_count(2)
    expect(events.nth(1)).to_contain_text("root by session")


def test_a_project_denies_duplicates_by_keyboard(page: Page, server: LiveServer, watch: Watch) -> None:
    watch.allow("status of 400")
    server.new_project("strict")
    page.goto("/root/strict/edit")
    form = page.get_by_role("form", name="Packages")
    form.get_by_role("checkbox", name="Deny duplicates").press("Space")
    exceptions = form.get_by_label("Exceptions")
    exceptions.fill("[")
    exceptions.press("Enter")
    expect(form.get_by_role("alert").filter(has_text="no regular expression")).to_be_visible()
    expect(exceptions).to_be_focused()
    expect(exceptions).to_have_value("[")
    exceptions.fill("nightly-.*")
    exceptions.press("Enter")
    expect(page.get_by_text("Duplicates are refused from now on.")).to_be_visible()
    page.reload()
    expect(exceptions).to_have_value("nightly-.*")


def test_a_retention_rule_is_tried_refused_set_and_ended(page: Page, server: LiveServer, watch: Watch) -> None:
    watch.allow("status of 400")
    mlflow = server.new_project("old") + "/api/2.0/mlflow/runs"
    with server.client() as api:
        for number in range(12):
            made = api.post(f"{mlflow}/create", json={"experiment_id": "0", "run_name": f"old-{number}"}).json()
            ended = {"run_id": made["run"]["info"]["run_id"], "status": "FINISHED", "end_time": 1}
            api.post(f"{mlflow}/update", json=ended).raise_for_status()
    page.goto("/root/old/edit")
    form = page.get_by_role("form", name="Retention")
    days, trial = form.get_by_label("Days after the end"), form.get_by_role("button", name="Try it")
    trial.press("Enter")
    said = page.get_by_role("status").filter(has_text="deleted now")
    expect(said).to_have_text("No candidate would be deleted now. Old enough, and kept: 12 among the best.")
    form.get_by_label("Best that stay").fill("0")
    expect(said).to_have_count(0)
    trial.press("Enter")
    expect(said).to_contain_text("12 candidates would be deleted now.")
    page.get_by_role("button", name="Show more of the 2 others").press("Enter")
    expect(page.get_by_role("table", name="Candidates that would be deleted").get_by_role("link")).to_have_count(12)
    assert violations(page) == []

    form.get_by_role("checkbox", name="Delete old candidates").press("Space")
    days.fill("99999999")
    days.press("Enter")
    expect(form.get_by_role("alert").filter(has_text="The days must be between")).to_be_visible()
    expect(days).to_be_focused()
    expect(days).to_have_value("99999999")
    days.fill("30")
    days.press("Enter")
    expect(page.get_by_text("Old candidates are deleted by this rule from now on.")).to_be_visible()
    page.reload()
    expect(days).to_have_value("30")
    form.get_by_role("checkbox", name="Delete old candidates").uncheck()
    form.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("Every candidate is kept from now on.")).to_be_visible()


def test_an_account_is_made_blocked_and_deleted(page: Page, filled: Filled) -> None:
    page.goto("/admin/users")
    form = page.get_by_role("form", name="New user")
    form.get_by_label("Username").fill("otto")
    form.get_by_role("button", name="Create user").click()
    password = page.locator(".made code").inner_text()
    row = page.get_by_role("row", name="@otto")
    assert _sign_in(filled, password) == 200

    page.get_by_role("button", name="Actions for otto").click()
    page.get_by_role("menuitem", name="Block").click()
    expect(row).to_contain_text("blocked")
    assert _sign_in(filled, password) == 401
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(row).to_contain_text("active")
    assert _sign_in(filled, password) == 200

    page.get_by_role("button", name="Actions for otto").click()
    page.get_by_role("menuitem", name="Delete").click()
    page.get_by_role("dialog").get_by_role("textbox").fill("otto")
    page.get_by_role("button", name="Delete user").click()
    expect(row).to_have_count(0)


def _sign_in(filled: Filled, password: str) -> int:
    body = {"login": "otto", "password": password}
    with filled.server.client(None) as client:
        return client.post("/api/v1/session", json=body).status_code


def test_everybody_can_use_the_pages(open_page: OpenPage, filled: Filled, server: LiveServer) -> None:
    with server.client() as api:
        api.post("/api/v1/groups", json={"path": "seen", "description": "A group"})
        api.post("/api/v1/projects/root%2Fdefault/access-tokens", json={"name": "nightly", "scopes": ["api"]})
    addresses = (
        "/dashboard/groups",
        "/projects/new",
        "/groups/new",
        "/groups/seen",
        "/groups/seen/-/group_members",
        "/groups/seen/-/edit",
        f"/{filled.project}/-/project_members",
        f"/{filled.project}/edit",
        f"/{filled.project}/-/settings/access_tokens",
        f"/{filled.project}/-/settings/ci_cd",
        f"/{filled.project}/-/audit_events",
        "/admin/users",
        "/admin/application_settings/general",
    )
    for width, theme in ((1440, "dark"), (390, "light")):
        windows = [open_page(width, 844, theme) for _ in range(3)]
        assert faults(windows, {address: address for address in addresses}) == {}, width


def test_text_of_others_is_shown_as_text(open_page: OpenPage, server: LiveServer) -> None:
    """What people may name and describe, in every page that shows it: the watch fails on what the policy stops."""
    evil = "<img src=x onerror=alert(1)></script><script>document.title='broken'</script>"
    with server.client() as api:
        api.post("/api/v1/admin/users", json={"username": "eve", "name": evil})
        api.post("/api/v1/groups", json={"path": "evil", "name": evil, "description": evil})
        api.post(
            "/api/v1/projects", json={"path": "lair", "namespace": "evil", "name": evil, "description": evil}
        ).raise_for_status()
        api.post("/api/v1/projects/evil%2Flair/members", json={"user": "eve", "role": "guest"})
        token = {"name": evil, "description": evil, "scopes": ["api"]}
        api.post("/api/v1/projects/evil%2Flair/access-tokens", json=token).raise_for_status()
    addresses = (
        "/",
        "/dashboard/groups",
        "/groups/evil",
        "/groups/evil/-/edit",
        "/evil/lair/-/project_members",
        "/evil/lair/edit",
        "/evil/lair/-/settings/access_tokens",
        "/evil/lair/-/audit_events",
        "/admin/users",
    )
    windows = [open_page() for _ in range(3)]
    for address, page in at_rest(windows, {address: address for address in addresses}):
        expect(page.locator("main :is(h1, h2)").first, address).to_be_visible()
        assert page.locator("img[src='x']").count() == 0, address
        assert page.title() != "broken", address
