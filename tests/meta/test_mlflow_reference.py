"""The page of MLflow's operations says what the endpoint table says."""

import importlib.util
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "script" / "mlflow_reference.py"


def test_the_page_is_fresh_and_names_no_operation_that_is_gone() -> None:
    spec = importlib.util.spec_from_file_location("mlflow_reference", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    text = module.page()

    assert module.PAGE.read_text() == text, "run script/mlflow_reference.py"
    assert [name for name in module.EXTENDED if f"`{name}`" not in text] == []
