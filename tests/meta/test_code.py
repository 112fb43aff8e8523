"""Limits on the shape of the code: sizes, layers, and that every query of a tenant is limited to its project."""

import ast
import inspect
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import TypeGuard

import pytest
from sqlalchemy import Constraint, ForeignKeyConstraint, UniqueConstraint

import shortlist
from shortlist.db.schema import METADATA

ROOT = Path(shortlist.__file__).parent
MODULES = sorted(path for path in ROOT.rglob("*.py") if "migrations" not in path.parts)

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 50
LONGER_FILES: dict[str, int] = {}  # path below the package: its limit

# Tables that no project owns: who may call, and what the instance has.
SHARED_TABLES = {
    "access_token",
    "audit_event",
    "browser_session",
    "granted_role",
    "failed_attempt",
    "group_member",
    "instance_setting",
    "linked_identity",
    "namespace",
    "namespace_ancestor",
    "package_sweep",
    "path_redirect",
    "project",
    "recovery_code",
    "signing_key",
    "totp_secret",
    "transfer_key",
    "user_account",
}


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_stay_readable(path: Path) -> None:
    text = path.read_text()
    limit = LONGER_FILES.get(str(path.relative_to(ROOT)), MAX_FILE_LINES)
    assert len(text.splitlines()) <= limit
    assert text.startswith('"""') or len(text.split()) < 30, "a module says its subject"
    long = [node.name for node in functions(path) if (node.end_lineno or 0) - node.lineno >= MAX_FUNCTION_LINES]
    assert long == []


def test_imports_point_one_way() -> None:
    """The contracts in pyproject.toml."""
    found = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT.parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stdout


def test_every_tenant_table_begins_its_key_with_the_project() -> None:
    """What lets PostgreSQL's Citus distribute the tables by project, and what keeps projects apart."""
    for table in METADATA.tables.values():
        if table.name in SHARED_TABLES:
            continue
        assert next(column.name for column in table.primary_key) == "project_id", table.name
        for constraint in table.constraints:
            if isinstance(constraint, UniqueConstraint) or _points_into_a_project(constraint):
                assert "project_id" in {column.name for column in constraint.columns}, constraint.name


def _points_into_a_project(constraint: Constraint) -> TypeGuard[ForeignKeyConstraint]:
    return isinstance(constraint, ForeignKeyConstraint) and constraint.referred_table.name not in SHARED_TABLES


def test_functions_of_tenant_stores_are_limited_to_a_project() -> None:
    """Each takes a scope, or in the metric engine the id of the project; the list of others is short and reasoned."""
    unlimited = {
        "shortlist.attestation.store.key",  # the instance has one
        "shortlist.attestation.store.add_key",
        "shortlist.connected.store.due",  # one thread asks for every project
        "shortlist.connected.store.recorded_since",
        "shortlist.connected.store.standing",  # for those who look after the server
        "shortlist.metrics.store.projects_with_log",  # the background fold serves every project
        "shortlist.metrics.store_cold.left_before",  # the sweep serves every project
        "shortlist.metrics.store_cold.objects",  # for those who look after the server
        "shortlist.metrics.store_cold.projects_after",  # the background work serves every project
        "shortlist.metrics.store.waiting",  # for those who look after the server
        "shortlist.packages.store.claim",
        "shortlist.packages.store.release",
        "shortlist.packages.store_contents.kept_bytes",  # the limit is the instance's
        "shortlist.packages.store_contents.some",  # one thread moves those of every project
        "shortlist.packages.store.hold_sweeps",
        "shortlist.packages.store.sweep_began",
        "shortlist.packages.store.sweeps_held",
        "shortlist.packages.store.projects_with_content",  # and so does the sweep
        "shortlist.packages.store_uploads.obtain_transfer_key",
        "shortlist.packages.store_uploads.projects_with_uploads",
        "shortlist.retention.store.due",  # one thread serves every project
        "shortlist.retention.store_purge.projects_with_expired",  # the same
        "shortlist.provenance.store.issuers_in_use",  # for those who look after the server
        "shortlist.provenance.store.publishers_for",  # a CI token comes before it is known which project trusts it
    }
    found: set[str] = set()
    for path in MODULES:
        parts = path.relative_to(ROOT).with_suffix("").parts
        if (
            len(parts) != 2
            or not parts[1].startswith("store")
            or parts[0] in ("audit", "backup", "identity", "instance", "projects", "blobs")
        ):
            continue
        module = import_module(".".join(("shortlist", *parts)))
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ != module.__name__ or name.startswith("_"):
                continue
            takes = set(inspect.signature(function).parameters)
            if not takes & {"scope", "project_id"}:
                found.add(f"{module.__name__}.{name}")
    assert found <= unlimited, found - unlimited


def test_what_only_some_requests_need_does_not_delay_the_start() -> None:
    late = ("alembic", "httpx", "joserfc", "numpy", "opentelemetry", "PIL", "psycopg", "pygments", "rich")
    code = f"import sys, shortlist.app; print([name for name in {late} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
