"""Addresses of packages, led to the artifact proxy."""

import pytest

from shortlist_client.artifacts import at_proxy

BASE = "https://shortlist.example/sub/api/v4/projects/team%2Fvision"
PROXY = f"{BASE}/ml/mlflow/api/2.0/mlflow-artifacts/artifacts"


@pytest.mark.parametrize(
    ("below", "expected"),
    [
        ("ml_models/candidate:7/files/", "candidate:7"),
        ("ml_models/candidate:7/files", "candidate:7"),
        ("ml_models/candidate:7/files/model/data", "candidate:7/model/data"),
        ("ml_models/12/files/", "12"),
        ("generic/ml_experiment_3/7/", "candidate:7"),
        ("generic/ml_experiment_3/candidate_7/a%20b", "candidate:7/a%20b"),
    ],
)
def test_a_package_of_artifacts(below: str, expected: str) -> None:
    assert at_proxy(f"{BASE}/packages/{below}") == f"{PROXY}/{expected}"


@pytest.mark.parametrize(
    "uri",
    [
        f"{PROXY}/candidate:7",
        f"{BASE}/packages/generic/tools/1.0/",
        f"{BASE}/packages/ml_models/candidate:7",
        "http://elsewhere.example/files/a",
    ],
)
def test_other_addresses_are_left_alone(uri: str) -> None:
    assert at_proxy(uri) == uri
