"""Measure the model where it matters: at the review team's capacity, and in the worst country."""

import argparse
import json
import pickle
from pathlib import Path

import pandas as pd
from sklearn.metrics import average_precision_score, roc_auc_score

from features import FEATURES

# The review team looks at one payment in fifty.
CAPACITY = 0.02
SMALLEST_SLICE = 30


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--features", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--report", type=Path, required=True)
    args = parser.parse_args()

    frame = pd.read_parquet(args.features)
    validation = frame[frame["split"] == "validation"].copy()
    model = pickle.loads((args.model / "model.pkl").read_bytes())
    validation["score"] = model.predict_proba(validation[FEATURES])[:, 1]

    reviewed = validation.nlargest(max(1, int(len(validation) * CAPACITY)), "score")
    by_country = {
        country: roc_auc_score(rows["fraud"], rows["score"])
        for country, rows in validation.groupby("country")
        if rows["fraud"].nunique() == 2 and rows["fraud"].sum() >= SMALLEST_SLICE
    }
    worst = min(by_country, key=by_country.get) if by_country else None
    metrics = {
        "average_precision": average_precision_score(validation["fraud"], validation["score"]),
        "precision_at_capacity": float(reviewed["fraud"].mean()),
        "recall_at_capacity": float(reviewed["fraud"].sum() / max(1, validation["fraud"].sum())),
    }
    if worst is not None:
        metrics["worst_country_auc"] = by_country[worst]

    args.report.parent.mkdir(parents=True, exist_ok=True)
    args.report.write_text(json.dumps({"metrics": metrics, "auc_by_country": by_country}, indent=2))
    (args.report.parent / "metrics.json").write_text(json.dumps(metrics, indent=2))
    for name, value in metrics.items():
        print(f"{name}: {value:.4f}")
    print(f"worst country: {worst}")


if __name__ == "__main__":
    main()
