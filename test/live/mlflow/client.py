"""What a stage's training code does with MLflow's client, over the tracking endpoint of its run."""

import json
import math
import os
import pathlib
import sys
import tempfile
import warnings

warnings.filterwarnings("ignore")

import mlflow
import mlflow.sklearn
import pandas as pd
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from sklearn.linear_model import LogisticRegression

run_id = os.environ["MLFLOW_RUN_ID"]
mlflow.sklearn.autolog(log_datasets=True, registered_model_name="fraud")
frame = pd.DataFrame({"amount": [1.0, 2.0, 30.0, 40.0] * 8, "hour": [1, 2, 3, 4] * 8, "fraud": [0, 0, 1, 1] * 8})
seen = {}

with mlflow.start_run() as run:
    assert run.info.run_id == run_id, run.info.run_id
    for step in range(5):
        mlflow.log_metrics({"loss": 1 / (step + 1), "auc": 0.8 + step / 100}, step=step)
    mlflow.log_metric("odd", math.nan, step=0)
    mlflow.log_metric("odd", math.inf, step=1)
    mlflow.log_params({"lr": 0.1, "depth": 3})
    mlflow.log_param("lr", 0.1)
    try:
        mlflow.log_param("lr", 0.2)
        seen["param conflict"] = None
    except MlflowException as error:
        seen["param conflict"] = error.error_code
    mlflow.set_tags({"team": "fraud", "unicode": "Prüfung ✓"})
    mlflow.set_tag("gone", "x")
    mlflow.delete_tag("gone")
    folder = pathlib.Path(tempfile.mkdtemp())
    (folder / "report.txt").write_text("fine")
    mlflow.log_artifact(str(folder / "report.txt"), artifact_path="reports")
    mlflow.log_text("hello", "notes/hello.txt")
    mlflow.log_input(mlflow.data.from_pandas(frame, name="transactions", targets="fraud"), context="evaluation")
    model = LogisticRegression(C=0.5).fit(frame[["amount", "hour"]], frame["fraud"])

client = MlflowClient()
seen["artifacts"] = sorted(file.path for file in client.list_artifacts(run_id))
seen["reports"] = [(file.path, file.file_size) for file in client.list_artifacts(run_id, "reports")]
seen["history"] = [(point.step, point.value) for point in client.get_metric_history(run_id, "loss")]
read = client.get_run(run_id)
seen["metrics"] = {key: str(value) for key, value in read.data.metrics.items()}
seen["params"] = read.data.params
seen["tags"] = read.data.tags
seen["status"] = read.info.status
seen["datasets"] = [
    (entry.dataset.name, entry.dataset.digest, {tag.key: tag.value for tag in entry.tags})
    for entry in read.inputs.dataset_inputs
]
seen["outputs"] = len(read.outputs.model_outputs)

version = client.get_model_version("fraud", "1")
seen["version"] = {"run": version.run_id, "status": version.status, "source": version.source}
client.set_registered_model_alias("fraud", "champion", 1)
client.set_model_version_tag("fraud", "1", "galley.digest", "abc")
seen["alias"] = client.get_model_version_by_alias("fraud", "champion").version
loaded = mlflow.sklearn.load_model("models:/fraud@champion")
seen["prediction"] = [int(value) for value in loaded.predict(frame[["amount", "hour"]].head(4))]
seen["logged models"] = [
    (entry.name, str(entry.status), entry.source_run_id == run_id, "C" in entry.params)
    for entry in mlflow.search_logged_models(output_format="list")
]

child_name = sys.argv[1]
mlflow.set_experiment("others")
mlflow.sklearn.autolog(disable=True)
with mlflow.start_run(run_name=child_name, description="note") as child:
    mlflow.log_metric("auc", 0.5)
    mlflow.log_param("kind", "child")
seen["child status"] = client.get_run(child.info.run_id).info.status

experiment = client.get_experiment_by_name("others")
found = client.search_runs(
    [experiment.experiment_id],
    filter_string=f"metrics.auc >= 0.5 and params.kind = 'child' and attributes.run_name LIKE '{child_name[:3]}%'",
    order_by=["metrics.auc DESC"],
)
seen["found"] = [run.info.run_name for run in found]
seen["frame columns"] = sorted(
    column for column in mlflow.search_runs(search_all_experiments=True).columns if column.startswith("params.")
)
seen["experiments"] = sorted(entry.name for entry in client.search_experiments(filter_string="name LIKE '%'"))
try:
    client.search_runs([experiment.experiment_id], filter_string="metrics.auc > 0.5 or params.x = 'y'")
    seen["or"] = None
except MlflowException as error:
    seen["or"] = error.error_code
try:
    client.get_run("0" * 32)
except MlflowException as error:
    seen["no run"] = error.error_code
try:
    mlflow.create_experiment("others")
except MlflowException as error:
    seen["twice"] = error.error_code

client.create_registered_model("manual", tags={"a": "b"}, description="by hand")
made = client.create_model_version("manual", source=f"runs:/{run_id}/notes", run_id=run_id, tags={"k": "v"})
client.update_model_version("manual", made.version, description="first")
client.create_model_version("manual", source=f"runs:/{run_id}/notes", run_id=run_id)
client.delete_model_version("manual", "1")
seen["after delete"] = [entry.version for entry in client.search_model_versions("name = 'manual'")]
seen["models"] = [entry.name for entry in client.search_registered_models()]

json.dump(seen, open(sys.argv[2], "w"))
