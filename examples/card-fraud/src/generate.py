"""Draw plausible card payments: some training months, and the month after them. From October on, payments drift."""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

MERCHANTS = ["groceries", "fuel", "travel", "electronics", "gaming", "restaurants"]
COUNTRIES = ["DE", "FR", "IT", "ES", "NL", "MT"]
FRAUD_LIFT_MERCHANT = np.array([-0.9, -0.5, 0.4, 0.9, 1.1, -0.6])
FRAUD_LIFT_COUNTRY = np.array([-0.3, -0.1, 0.1, 0.2, -0.2, 1.3])


DRIFTS_FROM = pd.Period("2026-10", "M")


def draw_month(rng: np.random.Generator, payments: int, month: pd.Period) -> pd.DataFrame:
    """One month of payments; in a drifted month amounts rise, devices are newer and gaming grows."""
    merchant_share = np.array([0.34, 0.16, 0.08, 0.12, 0.08, 0.22])
    country_share = np.array([0.38, 0.22, 0.14, 0.12, 0.11, 0.03])
    amount_scale, device_age = 3.2, 320.0
    if month >= DRIFTS_FROM:
        merchant_share = np.array([0.24, 0.12, 0.10, 0.16, 0.22, 0.16])
        country_share = np.array([0.33, 0.20, 0.14, 0.12, 0.11, 0.10])
        amount_scale, device_age = 3.75, 140.0

    merchant = rng.choice(len(MERCHANTS), payments, p=merchant_share)
    country = rng.choice(len(COUNTRIES), payments, p=country_share)
    # Two daily peaks, lunch and evening, with a thin night.
    hour = np.where(rng.random(payments) < 0.45, rng.normal(12.5, 2.0, payments), rng.normal(19, 2.8, payments))
    hour = np.floor(hour % 24).astype(int)
    amount = np.round(rng.lognormal(amount_scale + 0.25 * (merchant == 2) + 0.35 * (merchant == 3), 0.9), 2)
    device_age_days = np.floor(rng.exponential(device_age, payments)).astype(int)
    payments_last_day = rng.poisson(1.4 + 1.6 * (merchant == 4))

    night = (hour < 6).astype(float)
    score = (
        -5.4
        + 0.55 * (np.log(amount) - 3.2)
        + 1.2 * night
        + FRAUD_LIFT_MERCHANT[merchant]
        + FRAUD_LIFT_COUNTRY[country]
        + 1.5 * (device_age_days < 14)
        + 0.42 * payments_last_day
        + 0.9 * ((device_age_days < 30) & (amount > 80))
    )
    fraud = rng.random(payments) < 1 / (1 + np.exp(-score))

    day = rng.integers(0, month.days_in_month, payments)
    time = month.start_time + pd.to_timedelta(day, "D") + pd.to_timedelta(hour, "h")
    time += pd.to_timedelta(rng.integers(0, 3600, payments), "s")
    return (
        pd.DataFrame(
            {
                "time": time,
                "amount": amount,
                "hour": hour,
                "merchant": np.array(MERCHANTS)[merchant],
                "country": np.array(COUNTRIES)[country],
                "device_age_days": device_age_days,
                "payments_last_day": payments_last_day,
                "fraud": fraud.astype(int),
            }
        )
        .sort_values("time")
        .reset_index(drop=True)
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--months", type=int, required=True)
    parser.add_argument("--last", type=lambda text: pd.Period(text, "M"), required=True, help="like 2026-09")
    parser.add_argument("--payments", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--later", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()

    rng = np.random.default_rng(args.seed)
    months = [args.last - back for back in reversed(range(args.months))]
    training = pd.concat([draw_month(rng, args.payments, month) for month in months], ignore_index=True)
    later = draw_month(rng, args.payments, args.last + 1)

    for frame, path in ((training, args.out), (later, args.later)):
        frame.insert(0, "transaction_id", [f"{path.stem}-{number:07d}" for number in range(len(frame))])
        path.parent.mkdir(parents=True, exist_ok=True)
        frame.to_parquet(path, index=False)
        print(f"{path}: {len(frame):,} payments, {frame['fraud'].mean():.2%} fraud")


if __name__ == "__main__":
    main()
