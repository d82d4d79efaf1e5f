"""Upgrades a store to the newest revision, as `mlflow db upgrade` does: `upgrade.py FILE`."""

import os
import sys

from mlflow.store.db.utils import _upgrade_db, create_sqlalchemy_engine_with_retry

_upgrade_db(create_sqlalchemy_engine_with_retry(f"sqlite:///{os.path.abspath(sys.argv[1])}"))
