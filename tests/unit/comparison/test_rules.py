"""What paths, addresses and environment files say."""

import pytest

from shortlist.comparison import environment, rules
from shortlist.comparison.types import Image, TextRow


@pytest.mark.parametrize(
    ("path", "series", "step"),
    [
        ("images/val#sample+step+12+timestamp+1700+a-b.png", "val/sample", 12),
        ("images/val~sample+step+12+timestamp+1700+a-b.png", "val/sample", 12),
        ("images/x%step%0%timestamp%1700%a.webp", "x", 0),
        ("samples/epoch_0007.png", "samples/epoch", 7),
        ("plots/roc.PNG", "plots/roc.PNG", None),
        ("images/2024.png", "images/2024.png", None),
    ],
)
def test_the_series_and_step_of_a_picture(path: str, series: str, step: int | None) -> None:
    assert rules.image_of(3, path) == Image(3, series, step, path)


def test_other_files_are_no_pictures() -> None:
    assert [rules.image_of(1, path) for path in ("a.svg", "a.png.txt", "notes.md")] == [None, None, None]


@pytest.mark.parametrize(
    ("repository", "expected"),
    [
        ("https://github.com/team/x.git", "https://github.com/team/x/compare/aaaaaaa...bbbbbbb"),
        ("git@gitlab.example:team/deep/x.git", "https://gitlab.example/team/deep/x/-/compare/aaaaaaa...bbbbbbb"),
        ("ssh://git@gitlab.example/team/x", "https://gitlab.example/team/x/-/compare/aaaaaaa...bbbbbbb"),
        ("https://code.example/team/x", None),
        ("javascript:alert(1)//gitlab", None),
    ],
)
def test_where_two_commits_can_be_compared(repository: str, expected: str | None) -> None:
    commits = TextRow("commit", ["aaaaaaa", "aaaaaaa", "bbbbbbb"])
    assert rules.code_url([commits, TextRow("repository", [repository] * 3)]) == expected


def test_an_environment_is_read_from_each_kind_of_file() -> None:
    pip = "# pinned\nNumPy==2.1.0 ; python_version > '3'\ntorch[cuda] >=2.4\nscikit_learn\n-r other.txt\nx @ git+ssh://y\n"
    assert environment.packages(pip, conda=False) == {"numpy": "2.1.0", "torch": ">=2.4", "scikit-learn": "any"}
    conda = (
        "channels:\n- conda-forge\ndependencies:\n- python=3.11.9=h1\n- pip<=24.0\n- pip:\n  - 'mlflow==2.22'\n"
        "name: env\n"
    )
    assert environment.packages(conda, conda=True) == {"python": "3.11.9", "pip": "<=24.0", "mlflow": "2.22"}
    python = "python: 3.12.1\nbuild_dependencies:\n- pip==24.0\ndependencies:\n- -r requirements.txt\n"
    assert environment.packages(python, conda=True) == {"python": "3.12.1", "pip": "24.0"}
    assert environment.merged([{"a": "1"}, {"a": "2", "b": "3"}]) == {"a": "1", "b": "3"}


def test_the_nearest_file_of_each_kind_describes_the_environment() -> None:
    paths = ["deep/er/requirements.txt", "model/requirements.txt", "model/conda.yaml", "notes.txt"]
    assert rules.environment_paths(paths) == ["model/requirements.txt", "model/conda.yaml"]
