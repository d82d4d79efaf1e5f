"""Makes a workspace on the server that the environment names: `workspace.py NAME`."""

import sys

import mlflow

mlflow.create_workspace(sys.argv[1])
