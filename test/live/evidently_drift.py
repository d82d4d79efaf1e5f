"""Draws datasets, writes them as Parquet and CSV, and prints as JSON what Evidently says of them.

Usage: evidently_drift.py FOLDER SEED
"""

import json
import sys
import warnings

import numpy as np
import pandas as pd

warnings.filterwarnings("ignore")

from evidently import Report
from evidently.legacy.calculations.stattests import get_stattest
from evidently.legacy.core import ColumnType
from evidently.metrics import DriftedColumnsCount, ValueDrift

METHODS = {
    "num": ["wasserstein", "jensenshannon", "psi", "kl_div", "hellinger", "ks", "ed"],
    "cat": ["jensenshannon", "psi", "kl_div", "hellinger", "chisquare", "z"],
}
NAMES = {
    "Wasserstein distance (normed)": "wasserstein",
    "Jensen-Shannon distance": "jensenshannon",
    "K-S p_value": "ks",
    "chi-square p_value": "chisquare",
    "Z-test p_value": "z",
}


def table(rng, rows, shift):
    """Columns of every kind that Evidently tells apart; `shift` moves the distributions."""
    amount = rng.lognormal(3 + shift / 4, 1, rows)
    gaps = rng.normal(shift, 2, rows)
    gaps[rng.random(rows) < 0.05] = np.nan
    wild = rng.normal(shift, 1, rows)
    wild[:3] = [np.inf, -np.inf, np.nan]
    counts = pd.Series(rng.poisson(4 + shift, rows)).astype("float64")
    counts[rng.random(rows) < 0.02] = np.nan
    words = rng.choice(["alpha", "beta", "Gamma", "d e", "ü", "0"], rows, p=weights(6, shift)).astype(object)
    words[rng.random(rows) < 0.03] = None
    return pd.DataFrame(
        {
            "amount": amount,
            "single": rng.normal(5, 1 + shift / 3, rows).astype("float32"),
            "gaps": gaps,
            "wild": wild,
            "whole": rng.integers(0, 100_000 + int(20_000 * shift), rows),
            "narrow": rng.integers(0, 40, rows),
            "grade": rng.integers(0, 7, rows),
            "flag": rng.integers(0, 2, rows),
            "counts": counts,
            "half": rng.choice([0.0, 0.5, 1.0], rows, p=weights(3, shift)),
            "two": rng.choice([1.5, 2.5], rows, p=weights(2, shift)),
            "constant": np.full(rows, 7.25),
            "bool": rng.random(rows) < 0.3 + shift / 10,
            "words": words,
            "many": np.char.add("v", rng.integers(0, 60, rows).astype(str)),
        }
    )


def weights(count, shift):
    raw = np.arange(1, count + 1) ** (1 + shift / 3)
    return raw / raw.sum()


def clean(column):
    return column.replace([-np.inf, np.inf], np.nan).dropna()


def case(folder, name, rng, rows, shift):
    reference, current = table(rng, rows[0], 0), table(rng, rows[1], shift)
    for side, data in (("reference", reference), ("current", current)):
        data.to_parquet(f"{folder}/{name} {side}.parquet", index=False)
        data.to_csv(f"{folder}/{name} {side}.csv", index=False)
    columns = list(reference.columns)
    report = Report([DriftedColumnsCount(columns=["amount", "words"])] + [ValueDrift(column=c) for c in columns])
    dataset, *values = json.loads(report.run(current, reference).json())["metrics"]
    scores = {}
    for column, value in zip(columns, values):
        ref, cur = clean(reference[column]), clean(current[column])
        integer = str(current[column].dtype).startswith("int") and current[column].nunique() <= 10
        kind = "cat" if integer or current[column].dtype in (bool, object) else "num"
        by_method = {}
        for method in METHODS[kind]:
            result = get_stattest(ref, cur, kind, method)(ref.copy(), cur.copy(), ColumnType(kind), None)
            by_method[method] = [float(result.drift_score), bool(result.drifted), result.actual_threshold]
        config = value["config"]
        scores[column] = {
            "kind": {"num": "numeric", "cat": "categorical"}[kind],
            "default": [NAMES[config["method"]], value["value"], config["threshold"]],
            "methods": by_method,
        }
    return {"name": name, "share": dataset["value"]["share"], "columns": scores}


folder, seed = sys.argv[1], int(sys.argv[2])
rng = np.random.default_rng(seed)
sizes = {
    "small alike": ((700, 500), 0),
    "small drifted": ((1000, 1300), 1),
    "large alike": ((1001, 900), 0),
    "large drifted": ((4000, 2500), 0.5),
    "unequal": ((900, 12_000), 0.3),
    "above exact KS": ((11_000, 10_500), 0.1),
}
print(json.dumps([case(folder, name, rng, rows, shift) for name, (rows, shift) in sizes.items()]))
