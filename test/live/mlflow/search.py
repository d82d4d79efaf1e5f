"""Searches an MLflow store with many filters: what each finds, or that MLflow refuses it."""

import json
import sys

from mlflow.entities import ViewType
from mlflow.exceptions import MlflowException
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

database, queries, experiment = sys.argv[1:]
store = SqlAlchemyStore(f"sqlite:///{database}", "unused")
answers = []
with open(queries, encoding="utf-8") as file:
    for query in json.load(file):
        try:
            runs = store.search_runs(
                [experiment], query["filter"], ViewType.ACTIVE_ONLY, 1000, query["order"]
            )
            answers.append({"ids": [run.info.run_id for run in runs]})
        except MlflowException as error:
            answers.append({"refused": error.message})
        except Exception as error:
            # MLflow falls over some texts instead of refusing them.
            answers.append({"refused": f"{type(error).__name__}: {error}", "fell": True})
print(json.dumps(answers))
