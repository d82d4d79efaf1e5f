"""Train a gradient-boosted fraud model and log it, tree by tree, through MLflow."""

import argparse
import pickle
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder

from features import CATEGORICAL, FEATURES

LOG_EVERY = 5


class CurveLogger:
    """Logs AUC and log loss of both splits while scikit-learn adds tree after tree."""

    def __init__(self, splits: dict[str, tuple[np.ndarray, pd.Series]]) -> None:
        self.splits = splits
        self.raw_scores = {prefix: np.zeros(len(truth)) for prefix, (_, truth) in splits.items()}

    def __call__(self, tree: int, boosting: GradientBoostingClassifier, _local_variables: dict) -> bool:
        if tree == 0:
            prior = boosting.init_.class_prior_[1]
            for scores in self.raw_scores.values():
                scores += np.log(prior / (1 - prior))
        for prefix, (encoded, _) in self.splits.items():
            self.raw_scores[prefix] += boosting.learning_rate * boosting.estimators_[tree, 0].predict(encoded)
        if (tree + 1) % LOG_EVERY == 0 or tree + 1 == boosting.n_estimators:
            mlflow.log_metrics(self.metrics(), step=tree + 1)
        return False  # True would stop the training

    def metrics(self) -> dict[str, float]:
        values = {}
        for prefix, (_, truth) in self.splits.items():
            probability = 1 / (1 + np.exp(-self.raw_scores[prefix]))
            values[f"{prefix}auc"] = roc_auc_score(truth, probability)
            values[f"{prefix}log_loss"] = log_loss(truth, probability)
        return values


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--features", type=Path, required=True)
    parser.add_argument("--trees", type=int, required=True)
    parser.add_argument("--learning-rate", type=float, required=True)
    parser.add_argument("--depth", type=int, required=True)
    parser.add_argument("--model", type=Path, required=True)
    args = parser.parse_args()

    frame = pd.read_parquet(args.features)
    train = frame[frame["split"] == "train"]
    validation = frame[frame["split"] == "validation"]

    one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    encode = ColumnTransformer([("one_hot", one_hot, CATEGORICAL)], remainder="passthrough")
    train_encoded = encode.fit_transform(train[FEATURES])
    validation_encoded = encode.transform(validation[FEATURES])
    curves = CurveLogger(
        {"train_": (train_encoded, train["fraud"]), "": (validation_encoded, validation["fraud"])}
    )
    boosting = GradientBoostingClassifier(
        n_estimators=args.trees,
        learning_rate=args.learning_rate,
        max_depth=args.depth,
        subsample=0.8,
        random_state=7,
    )

    # The estimator's parameters come from autologging; the model itself is the stage's output.
    mlflow.sklearn.autolog(log_models=False, log_datasets=False, log_post_training_metrics=False, silent=True)
    with mlflow.start_run() as run:
        boosting.fit(train_encoded, train["fraud"], monitor=curves)
        print(f"{run.info.run_name}: auc {curves.metrics()['auc']:.4f} on {len(validation):,} later payments")

    model = Pipeline([("encode", encode), ("boosting", boosting)])
    args.model.mkdir(parents=True, exist_ok=True)
    (args.model / "model.pkl").write_bytes(pickle.dumps(model))


if __name__ == "__main__":
    main()
