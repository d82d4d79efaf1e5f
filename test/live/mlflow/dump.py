"""Writes what MLflow reads in a store as JSON: `dump.py STORE_URI OUT`. Values of metrics are the bits of the double."""

import json
import struct
import sys

from mlflow import MlflowClient
from mlflow.entities import ViewType

uri, out = sys.argv[1:3]
client = MlflowClient(tracking_uri=uri, registry_uri=uri)


def bits(value):
    return struct.pack(">d", value).hex()


def pages(search, **arguments):
    token, found = None, []
    while True:
        page = search(page_token=token, **arguments)
        found += page
        token = page.token
        if not token:
            return found


experiments = pages(client.search_experiments, view_type=ViewType.ALL)
runs = pages(
    client.search_runs,
    experiment_ids=[entry.experiment_id for entry in experiments],
    run_view_type=ViewType.ALL,
)
dump = {
    "experiments": {
        entry.experiment_id: {
            "name": entry.name,
            "artifactLocation": entry.artifact_location,
            "lifecycleStage": entry.lifecycle_stage,
            "createdAt": entry.creation_time,
            "updatedAt": entry.last_update_time,
            "tags": entry.tags,
        }
        for entry in experiments
    },
    "runs": {
        run.info.run_id: {
            "experimentId": run.info.experiment_id,
            "name": run.info.run_name,
            "status": run.info.status,
            "startedAt": run.info.start_time,
            "endedAt": run.info.end_time,
            "artifactUri": run.info.artifact_uri,
            "lifecycleStage": run.info.lifecycle_stage,
            "params": run.data.params,
            "tags": run.data.tags,
            "metrics": {
                metric.key: {"value": bits(metric.value), "step": metric.step, "timestamp": metric.timestamp}
                for metric in run.data._metric_objs
            },
            "history": {
                key: sorted(
                    [point.step, point.timestamp, bits(point.value)]
                    for point in client.get_metric_history(run.info.run_id, key)
                )
                for key in run.data.metrics
            },
            "datasets": sorted(
                (
                    {
                        "name": entry.dataset.name,
                        "digest": entry.dataset.digest,
                        "sourceType": entry.dataset.source_type,
                        "source": entry.dataset.source,
                        "schema": entry.dataset.schema,
                        "profile": entry.dataset.profile,
                        "tags": {tag.key: tag.value for tag in entry.tags},
                    }
                    for entry in (run.inputs.dataset_inputs if run.inputs else [])
                ),
                key=lambda dataset: dataset["name"],
            ),
            "outputs": sorted(
                [output.model_id, output.step] for output in (run.outputs.model_outputs if run.outputs else [])
            ),
        }
        for run in runs
    },
    "loggedModels": {
        model.model_id: {
            "name": model.name,
            "experimentId": model.experiment_id,
            "artifactLocation": model.artifact_location,
            "status": str(model.status),
            "modelType": model.model_type or None,
            "sourceRunId": model.source_run_id or None,
            "params": model.params,
            "tags": model.tags,
            "metrics": sorted([metric.key, metric.step, bits(metric.value)] for metric in model.metrics or []),
        }
        for model in pages(client.search_logged_models, experiment_ids=[entry.experiment_id for entry in experiments])
    },
    "models": {
        model.name: {
            "description": model.description or None,
            "createdAt": model.creation_timestamp,
            "updatedAt": model.last_updated_timestamp,
            "tags": model.tags,
            "aliases": {alias: str(version) for alias, version in model.aliases.items()},
        }
        for model in pages(client.search_registered_models)
    },
    "versions": {
        f"{version.name}/{version.version}": {
            "createdAt": version.creation_timestamp,
            "updatedAt": version.last_updated_timestamp,
            "description": version.description or None,
            "source": version.source,
            "runId": version.run_id or None,
            "status": version.status,
            "tags": version.tags,
            "aliases": sorted(
                alias
                for alias, number in client.get_registered_model(version.name).aliases.items()
                if str(number) == str(version.version)
            ),
        }
        for version in pages(client.search_model_versions)
    },
}
with open(out, "w") as file:
    json.dump(dump, file)
