"""
About a store's schema: `revision.py FILE` prints its revision and MLflow's own newest one;
`revision.py FILE REVISION` first makes a new store at an older revision, as an older MLflow did.
"""

import json
import os
import sqlite3
import sys

import sqlalchemy
from alembic import command
from alembic.script import ScriptDirectory
from mlflow.store.db.utils import _get_alembic_config
from mlflow.store.tracking.dbmodels.initial_models import Base as InitialBase

file = os.path.abspath(sys.argv[1])
uri = f"sqlite:///{file}"
config = _get_alembic_config(uri)
if len(sys.argv) > 2:
    engine = sqlalchemy.create_engine(uri)
    InitialBase.metadata.create_all(engine)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, sys.argv[2])
    engine.dispose()
[revision] = sqlite3.connect(file).execute("select version_num from alembic_version").fetchone()
print(json.dumps({"store": revision, "newest": ScriptDirectory.from_config(config).get_current_head()}))
