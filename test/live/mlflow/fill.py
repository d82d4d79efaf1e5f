"""Fills a store of MLflow's own with everything that Galley reads: `fill.py [STORE_URI]` in the store's folder."""

import math
import pathlib
import sys
import warnings

warnings.filterwarnings("ignore")

import mlflow
import mlflow.sklearn
import pandas as pd
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag
from sklearn.linear_model import LogisticRegression

mlflow.set_tracking_uri(sys.argv[1] if len(sys.argv) > 1 else "sqlite:///mlflow.db")
client = MlflowClient()
frame = pd.DataFrame({"amount": [1.0, 2.0, 30.0, 40.0] * 8, "fraud": [0, 0, 1, 1] * 8})

mlflow.set_experiment("card-fraud")
mlflow.set_experiment_tags({"team": "fraud", "unicode": "Prüfung ✓"})
with mlflow.start_run(run_name="by hand", tags={"a": "b"}) as run:
    client.log_batch(
        run.info.run_id,
        metrics=[
            Metric("odd", math.nan, 5, 0),
            Metric("odd", math.inf, 6, 1),
            Metric("odd", -math.inf, 6, 1),
            Metric("tie", 1.0, 5, 3),
            Metric("tie", 2.0, 5, 3),
            Metric("tie", 9.0, 9, 2),
            Metric("tie", 9.0, 9, 2),
            Metric("small", 5e-324, 2**40, -7),
            Metric("third", 1 / 3, 5, 2**40),
        ],
        params=[Param("lr", "0.1"), Param("long", "x" * 7000)],
        tags=[RunTag("quote", "it's \"so\"\n")],
    )
    mlflow.log_input(mlflow.data.from_pandas(frame, name="transactions", targets="fraud"), context="training")
    model = LogisticRegression().fit(frame[["amount"]], frame["fraud"])
    logged = mlflow.sklearn.log_model(model, name="forest", registered_model_name="fraud", params={"trees": 3})
    mlflow.log_metric("auc", 0.9, model_id=logged.model_id)
    mlflow.log_text("x", "notes/a.txt")
client.set_registered_model_alias("fraud", "champion", 1)
client.set_model_version_tag("fraud", "1", "checked", "yes")
client.update_model_version("fraud", "1", "first")
client.create_model_version("fraud", source=f"{run.info.artifact_uri}/notes", run_id=run.info.run_id)
client.create_model_version("fraud", source=f"runs:/{run.info.run_id}/notes", run_id=run.info.run_id)
client.delete_model_version("fraud", "2")
client.create_registered_model("empty", tags={"k": "v"}, description="none yet")
client.set_registered_model_alias("fraud", "latest-good", 3)

with mlflow.start_run(run_name="deleted") as gone:
    mlflow.log_param("p", 1)
client.delete_run(gone.info.run_id)
with mlflow.start_run(run_name="parent"):
    with mlflow.start_run(run_name="child", nested=True):
        mlflow.log_metric("auc", 0.5)
client.create_run(client.create_experiment("elsewhere", artifact_location=str(pathlib.Path("art").resolve())))
client.delete_experiment(client.create_experiment("deleted"))
