"""Play a month of payments against a deployment, as the payment system would."""

import argparse
import json
import urllib.request
from pathlib import Path

import pandas as pd

from features import RAW


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True, help="the deployment's address")
    parser.add_argument("--payments", type=Path, default=Path("data/later.parquet"))
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--batch", type=int, default=100)
    args = parser.parse_args()

    payments = pd.read_parquet(args.payments).head(args.rows)
    flagged = 0
    for start in range(0, len(payments), args.batch):
        records = payments[RAW].iloc[start : start + args.batch].to_dict("records")
        request = urllib.request.Request(
            f"{args.url}/invocations",
            data=json.dumps({"dataframe_records": records}).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            flagged += sum(score > 0.5 for score in json.load(answer)["predictions"])
    print(f"{len(payments):,} payments scored, {flagged} above 0.5")


if __name__ == "__main__":
    main()
