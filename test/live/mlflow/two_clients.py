"""One of two clients that log at the same time: `two_clients.py NAME`, into the run of the environment and one of its own."""

import sys

import mlflow

name = sys.argv[1]
with mlflow.start_run():
    for step in range(40):
        mlflow.log_metrics({f"{name}.loss": 1 / (step + 1), "shared": step}, step=step)
        mlflow.log_param(f"{name}.{step}", step)
        mlflow.set_tag("turn", f"{name} {step}")
    with mlflow.start_run(run_name=name, nested=True):
        mlflow.log_metric("loss", 1)
