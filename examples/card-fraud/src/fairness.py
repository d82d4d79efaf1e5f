"""Test gate: no country may be flagged wrongly far more often than the others."""

import argparse
import pickle
import sys
from pathlib import Path

import pandas as pd

from features import FEATURES

LARGEST_GAP = 0.15
SMALLEST_SLICE = 200


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--features", type=Path, required=True)
    args = parser.parse_args()

    frame = pd.read_parquet(args.features)
    honest = frame[(frame["split"] == "validation") & (frame["fraud"] == 0)].copy()
    model = pickle.loads((args.model / "model.pkl").read_bytes())
    honest["score"] = model.predict_proba(honest[FEATURES])[:, 1]
    threshold = honest["score"].quantile(0.98)

    flagged = {
        country: float((rows["score"] > threshold).mean())
        for country, rows in honest.groupby("country")
        if len(rows) >= SMALLEST_SLICE
    }
    gap = max(flagged.values()) - min(flagged.values())
    worst = max(flagged, key=flagged.get)
    print(f"honest payments flagged: {flagged[worst]:.1%} in {worst}, gap {gap:.1%} of at most {LARGEST_GAP:.0%}")
    return 0 if gap <= LARGEST_GAP else 1


if __name__ == "__main__":
    sys.exit(main())
