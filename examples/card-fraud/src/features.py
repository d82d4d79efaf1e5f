"""What the model sees of a payment; training, evaluation and serving share it."""

import numpy as np
import pandas as pd

CATEGORICAL = ["merchant", "country"]
NUMERIC = ["log_amount", "hour_sin", "hour_cos", "night", "device_age_days", "new_device", "payments_last_day"]
FEATURES = NUMERIC + CATEGORICAL
RAW = ["amount", "hour", "merchant", "country", "device_age_days", "payments_last_day"]


def build_features(payments: pd.DataFrame) -> pd.DataFrame:
    """Features in the order of FEATURES, from the raw columns of RAW."""
    hour = payments["hour"].astype(float)
    frame = pd.DataFrame(
        {
            "log_amount": np.log(payments["amount"].astype(float).clip(lower=0.01)),
            "hour_sin": np.sin(2 * np.pi * hour / 24),
            "hour_cos": np.cos(2 * np.pi * hour / 24),
            "night": (hour < 6).astype(float),
            "device_age_days": payments["device_age_days"].astype(float),
            "new_device": (payments["device_age_days"] < 14).astype(float),
            "payments_last_day": payments["payments_last_day"].astype(float),
            "merchant": payments["merchant"].astype(str),
            "country": payments["country"].astype(str),
        },
        index=payments.index,
    )
    return frame[FEATURES]
