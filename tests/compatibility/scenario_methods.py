"""Every public method of the unmodified `MlflowClient`, one by one, as the class of the installed version has them.

    MLFLOW_TRACKING_URI=… MLFLOW_TRACKING_TOKEN=… python scenario_methods.py

A method that is neither used here nor of a family in `ABSENT` is a failure. Ends with `ok <client version> <methods
used> used, <number of others> absent`, or with a traceback.
"""

# The client's stubs are of one version, and this runs with many.
# pyright: reportArgumentType=false, reportAttributeAccessIssue=false, reportCallIssue=false
# pyright: reportPrivateImportUsage=false

import inspect
import io
import re
import tempfile
from pathlib import Path

import mlflow
from checks import MLFLOW_3, CountingClient, check, has, refusal
from mlflow.entities import Metric, Param, RunTag, ViewType
from mlflow.exceptions import MlflowException

# Families of methods whose operations are not served, and why.
ABSENT = {
    r".*_traces?(_tag|_from_run|_to_run)?|(start|end)_span|link_prompt_versions_to_trace": "traces are not kept",
    r"(log|update|delete)_assessment": "assessments belong to traces",
    r".*_dataset(s|_tags?|_to_experiments|_from_experiments)?": "evaluation datasets belong to traces",
    r".*_webhooks?": "there are no webhooks",
    r".*_mcp_.*": "there is no registry of MCP servers",
    r".*_workspaces?|get_workspace_store_uri": "projects take the place of workspaces",
}
# Those that ask the server at once. Spans and traces are made in the client, and sent later by a thread of its own.
ASKED = re.compile(r"(get|list|search|create|delete|set|update)_(?!.*span|workspace_store).*")


def experiments(client: CountingClient) -> str:
    made = client.create_experiment("methods", tags={"team": "a"})
    check(client.get_experiment(made).tags, {"team": "a"})
    client.set_experiment_tag(made, "team", "b")
    client.set_experiment_tag(made, "more", "c")
    check(client.get_experiment_by_name("methods").tags["team"], "b")
    if client.has("delete_experiment_tag"):
        client.delete_experiment_tag(made, "more")
        check("more" in client.get_experiment(made).tags, False)
    client.rename_experiment(made, "every method")
    client.delete_experiment(made)
    check([item.name for item in client.search_experiments(view_type=ViewType.DELETED_ONLY)], ["every method"])
    client.restore_experiment(made)
    check(client.get_experiment(made).lifecycle_stage, "active")
    check(refusal(client.create_experiment, "every method"), "RESOURCE_ALREADY_EXISTS")
    return made


def runs(client: CountingClient, experiment: str) -> str:
    parent = client.create_run(experiment, run_name="parent", tags={"k": "v"}).info.run_id
    child = client.create_run(experiment, tags={"mlflow.parentRunId": parent}).info.run_id
    check(client.get_parent_run(child).info.run_id, parent)
    client.log_metric(parent, "acc", 0.5, timestamp=1, step=3)
    client.log_param(parent, "lr", 0.1)
    client.set_tag(parent, "stage", "one")
    client.log_batch(parent, [Metric("acc", 0.75, 2, 4)], [Param("depth", "3")], [RunTag("t", "u")])
    client.delete_tag(parent, "stage")
    check([(point.step, point.value) for point in client.get_metric_history(parent, "acc")], [(3, 0.5), (4, 0.75)])
    data = client.get_run(parent).data
    check((data.metrics, data.params), ({"acc": 0.75}, {"lr": "0.1", "depth": "3"}))
    check(("stage" in data.tags, data.tags["t"]), (False, "u"))
    client.update_run(parent, status="FAILED", name="renamed")
    client.set_terminated(parent)
    info = client.get_run(parent).info
    check((info.status, info.run_name, info.end_time is None), ("FINISHED", "renamed", False))
    client.delete_run(child)
    found = client.search_runs([experiment], order_by=["attributes.start_time DESC"])
    check([item.info.run_id for item in found], [parent])
    client.restore_run(child)
    check(len(client.search_runs([experiment])), 2)
    return parent


def inputs(client: CountingClient, run: str) -> None:
    from mlflow.entities import Dataset, DatasetInput, InputTag  # noqa: PLC0415 - not beside the others in every version

    used = DatasetInput(Dataset("birds", "d1", "local", "{}"), [InputTag("mlflow.data.context", "training")])
    client.log_inputs(run, [used])
    check(client.get_run(run).inputs.dataset_inputs[0].dataset.name, "birds")


def files(client: CountingClient, experiment: str, run: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "a.txt").write_text("alpha")
        client.log_artifact(run, f"{folder}/a.txt", "one")
        client.log_artifacts(run, folder, "many")
        local = client.download_artifacts(run, "many", folder)
        check((Path(local) / "a.txt").read_text(), "alpha")
    client.log_text(run, "text", "t.txt")
    client.log_dict(run, {"a": 1}, "d.json")
    if client.has("log_stream"):
        client.log_stream(run, io.BytesIO(b"stream"), "s.bin")
    if has("matplotlib"):
        from matplotlib.figure import Figure  # noqa: PLC0415 - not in every environment

        client.log_figure(run, Figure(), "f.png")
    else:
        client.used.add("log_figure")
    if has("numpy", "PIL"):
        import numpy as np  # noqa: PLC0415

        client.log_image(run, np.zeros((2, 2, 3), dtype=np.uint8), "i.png")
    else:
        client.used.add("log_image")
    client.log_table(run, {"x": [1, 2]}, "table.json")
    check(client.load_table(experiment, "table.json", run_ids=[run])["x"].tolist(), [1, 2])
    names = {item.path for item in client.list_artifacts(run)}
    check(names >= {"one", "many", "t.txt", "d.json", "table.json"}, True)


def logged_text(uri: str) -> str:
    """Of the file that was logged; the address may be that of the run's files or of the version's own."""
    return (Path(mlflow.artifacts.download_artifacts(artifact_uri=uri)) / "a.txt").read_text()


def registry(client: CountingClient, run: str) -> None:
    model = client.create_registered_model("forest", tags={"team": "a"}, description="trees")
    check((model.name, model.description, model.tags), ("forest", "trees", {"team": "a"}))
    check(refusal(client.create_registered_model, "forest"), "RESOURCE_ALREADY_EXISTS")
    check(client.update_registered_model("forest", "many trees").description, "many trees")
    client.rename_registered_model("forest", "wood")
    client.set_registered_model_tag("wood", "team", "b")
    check(client.get_registered_model("wood").tags, {"team": "b"})
    client.delete_registered_model_tag("wood", "team")
    check(client.get_registered_model("wood").tags, {})

    source = f"{client.get_run(run).info.artifact_uri}/many"
    for number in (1, 2):
        version = client.create_model_version("wood", source, run, {"n": str(number)}, description="d")
        check((str(version.version), version.status, version.run_id), (str(number), "READY", run))
    check(client.update_model_version("wood", "1", "first").description, "first")
    client.set_model_version_tag("wood", "1", "k", "v")
    check(client.get_model_version("wood", "1").tags, {"n": "1", "k": "v"})
    client.delete_model_version_tag("wood", "1", "k")
    check(logged_text(client.get_model_version_download_uri("wood", "1")), "alpha")
    check(client.get_model_version_stages("wood", "1"), ["None", "Staging", "Production", "Archived"])
    client.set_registered_model_alias("wood", "best", "2")
    check(str(client.get_model_version_by_alias("wood", "best").version), "2")
    check({key: str(value) for key, value in client.get_registered_model("wood").aliases.items()}, {"best": "2"})
    client.delete_registered_model_alias("wood", "best")
    check(refusal(client.get_model_version_by_alias, "wood", "best"), "INVALID_PARAMETER_VALUE")
    client.transition_model_version_stage("wood", "1", "Production")
    client.transition_model_version_stage("wood", "2", "Production", archive_existing_versions=True)
    check([str(item.version) for item in client.get_latest_versions("wood", ["Production"])], ["2"])
    check(client.get_model_version("wood", "1").current_stage, "Archived")
    local = mlflow.artifacts.download_artifacts(artifact_uri="models:/wood/Production")
    check((Path(local) / "a.txt").read_text(), "alpha")
    check([item.name for item in client.search_registered_models("name LIKE 'wo%'")], ["wood"])
    found = client.search_model_versions("name = 'wood'", order_by=["version_number ASC"])
    check([str(item.version) for item in found], ["1", "2"])
    check([str(item.version) for item in client.search_model_versions(f"run_id = '{run}'")], ["2", "1"])
    copied = client.copy_model_version("models:/wood/2", "prod-wood")
    check((copied.source, str(copied.version)), ("models:/wood/2", "1"))
    check(logged_text(client.get_model_version_download_uri("prod-wood", "1")), "alpha")
    client.delete_model_version("wood", "2")
    check(refusal(client.get_model_version, "wood", "2"), "RESOURCE_DOES_NOT_EXIST")
    client.delete_registered_model("wood")
    check(refusal(client.get_registered_model, "wood"), "RESOURCE_DOES_NOT_EXIST")


def logged_models(client: CountingClient, experiment: str, run: str) -> str:
    """The models of MLflow 3: create, files, params, tags, metrics by checkpoint, finalize, search, delete."""
    from mlflow.entities import LoggedModelInput, LoggedModelOutput  # noqa: PLC0415

    made = [
        client.create_logged_model(experiment, f"checkpoint-{step}", run, {"step": str(step)}, {"p": "x"}, "tree")
        for step in range(3)
    ]
    for step, model in enumerate(made):
        client.log_metric(run, "score", step / 2, step=step, model_id=model.model_id)
        check(str(client.finalize_logged_model(model.model_id, "READY").status), "READY")
    client.log_outputs(run, [LoggedModelOutput(made[0].model_id, 0)])
    client.log_inputs(run, models=[LoggedModelInput(made[1].model_id)])
    check(client.get_run(run).outputs.model_outputs[0].model_id, made[0].model_id)
    order = [{"field_name": "metrics.score", "ascending": False}]
    best = client.search_logged_models([experiment], "metrics.score > 0.4 AND params.p = 'x'", order_by=order)
    check([model.name for model in best], ["checkpoint-2", "checkpoint-1"])
    check([(item.value, item.step, item.run_id) for item in best[0].metrics], [(1.0, 2, run)])
    model_id = best[0].model_id
    client.set_logged_model_tags(model_id, {"best": "yes"})
    client.delete_logged_model_tag(model_id, "step")
    client.log_model_params(model_id, {"later": "1"})
    model = client.get_logged_model(model_id)
    check((model.tags["best"], "step" in model.tags, model.params), ("yes", False, {"p": "x", "later": "1"}))
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "weights.bin").write_bytes(b"w")
        client.log_model_artifact(model_id, f"{folder}/weights.bin")
        client.log_model_artifacts(model_id, folder)
    check([item.path for item in client.list_logged_model_artifacts(model_id)], ["weights.bin"])
    client.delete_logged_model(made[0].model_id)
    check(refusal(client.get_logged_model, made[0].model_id), "RESOURCE_DOES_NOT_EXIST")
    return model_id


def prompts(client: CountingClient, run: str) -> None:
    """What 2.22 and 3.x know of prompts: models and versions of the registry, told apart by a tag."""
    first = client.register_prompt("greeting", "Hello {{name}}", commit_message="one", tags={"lang": "en"})
    second = client.register_prompt("greeting", "Good day, {{name}}! " + "x" * 20_000)
    check((int(first.version), int(second.version)), (1, 2))
    client.set_prompt_alias("greeting", alias="prod", version=1)
    check(client.load_prompt("prompts:/greeting@prod").format(name="Ann"), "Hello Ann")
    check(client.load_prompt("prompts:/greeting/2").template, second.template)
    check(client.parse_prompt_uri("prompts:/greeting/2"), ("greeting", "2"))
    check("greeting" in {item.name for item in client.search_registered_models()}, False)
    if client.has("log_prompt"):
        client.log_prompt(run, "prompts:/greeting/1")
    else:
        client.set_prompt_version_tag("greeting", 1, "mlflow.prompt.associatedRunIds", run)
    check([int(item.version) for item in client.list_logged_prompts(run)], [1])
    client.detach_prompt_from_run(run, "prompts:/greeting/1")
    check(client.list_logged_prompts(run), [])
    client.delete_prompt_alias("greeting", alias="prod")
    if not MLFLOW_3:
        client.delete_prompt("greeting", 2)


def prompts_of_3(client: CountingClient, run: str, model_id: str) -> None:
    check(client.get_prompt("greeting").name, "greeting")
    client.set_prompt_alias("greeting", alias="prod", version=1)
    check(int(client.get_prompt_version_by_alias("greeting", "prod").version), 1)
    check([item.name for item in client.search_prompts()], ["greeting"])
    client.set_prompt_tag("greeting", "team", "a")
    client.set_prompt_version_tag("greeting", 1, "checked", "yes")
    check(client.get_prompt_version("greeting", 1).tags["checked"], "yes")
    client.delete_prompt_version_tag("greeting", 1, "checked")
    client.delete_prompt_tag("greeting", "team")
    client.link_prompt_version_to_run(run, "prompts:/greeting/1")
    client.link_prompt_version_to_model("greeting", "1", model_id)
    check("greeting" in client.get_run(run).data.tags["mlflow.linkedPrompts"], True)
    client.create_prompt("empty", description="no version yet", tags={"a": "b"})
    client.create_prompt_version("empty", "text")
    try:
        check([item.template for item in client.search_prompt_versions("empty")], ["text"])
    except MlflowException as error:
        # Older clients do not ask any server but one.
        check("only available in Unity Catalog" in str(error), True)
    client.delete_prompt_version("empty", "1")
    client.delete_prompt("empty")
    check(client.get_prompt("empty"), None)


def absent(client: CountingClient) -> int:
    """Methods of families that are not served say so at once, and do not hang or retry."""
    names = [name for name, _ in inspect.getmembers(type(client.client)) if name not in client.used]
    families = [name for name in names if any(re.fullmatch(pattern, name) for pattern in ABSENT)]
    for name in families:
        if not ASKED.fullmatch(name) or "assessment" in name:
            continue
        method = getattr(client.client, name)
        arguments = [
            made_up(parameter)
            for parameter in inspect.signature(method).parameters.values()
            if parameter.default is parameter.empty
        ]
        try:
            method(*arguments)
        except Exception as error:  # noqa: BLE001 - the client checks some arguments itself, in many ways
            check(isinstance(error, (MlflowException, ValueError, TypeError, AttributeError)), True)
        else:
            raise AssertionError(f"{name} was accepted")
    return len(families)


def made_up(parameter: inspect.Parameter) -> object:
    kind = str(parameter.annotation)
    return [] if "list[" in kind else {} if "dict[" in kind else "x"


def main() -> None:
    client = CountingClient()
    check(client.tracking_uri, mlflow.get_tracking_uri())
    experiment = experiments(client)
    run = runs(client, experiment)
    inputs(client, run)
    files(client, experiment, run)
    registry(client, run)
    model_id = logged_models(client, experiment, run) if MLFLOW_3 else ""
    if client.has("register_prompt"):
        prompts(client, run)
    if MLFLOW_3:
        prompts_of_3(client, run, model_id)
    check(client.unused(ABSENT), [])
    print(f"ok {mlflow.__version__} {len(client.used)} used, {absent(client)} absent")


if __name__ == "__main__":
    main()
