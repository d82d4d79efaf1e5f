/** A spec that runs at once: one stage, one param, one test, one model. */
export function starterSpec(folder: string): string {
  const name =
    folder
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '') || 'my-model';
  // Windows has no python3, and Debian no python outside a virtual environment.
  const python = process.platform === 'win32' ? 'python' : 'python3';
  return `# The life of a model in one file. Ctrl+Space completes, hovering explains.
version: 1
name: ${name}

params:
  learning_rate: {type: number, default: 0.5, minimum: 0.001, maximum: 5, description: Step size}
  epochs: {type: integer, default: 200, minimum: 1, description: Passes over the data}

stages:
  train:
    run: >-
      ${python} train.py --learning-rate \${{ params.learning_rate }} --epochs \${{ params.epochs }}
      --model \${{ outputs.model }} --metrics build/metrics.json
    inputs: [train.py]
    outputs: {model: build/model.json}
    metrics: {file: build/metrics.json}
    model: {name: ${name}, from: outputs.model}

tests:
  good-enough: {metric: accuracy, minimum: 0.8}
`;
}

/** Logistic regression with the standard library only, so that a first run needs nothing installed. */
export const starterCode = `"""Trains a small classifier. Replace it with your own training."""

import argparse
import json
import math
import pathlib
import random

parser = argparse.ArgumentParser()
parser.add_argument("--learning-rate", type=float, required=True)
parser.add_argument("--epochs", type=int, required=True)
parser.add_argument("--model", required=True)
parser.add_argument("--metrics", required=True)
options = parser.parse_args()

# Points in a square; the label says on which side of a line a point is, with some noise.
draw = random.Random(7)
points = [(draw.uniform(-1, 1), draw.uniform(-1, 1)) for _ in range(600)]
labels = [int(2 * x - y + draw.gauss(0, 0.3) > 0) for x, y in points]
train, test = slice(0, 400), slice(400, 600)

weights, bias = [0.0, 0.0], 0.0


def probability(x, y):
    return 1 / (1 + math.exp(-(weights[0] * x + weights[1] * y + bias)))


for _ in range(options.epochs):
    errors = [probability(*point) - label for point, label in zip(points[train], labels[train])]
    step = options.learning_rate / len(errors)
    weights[0] -= step * sum(error * x for error, (x, _) in zip(errors, points[train]))
    weights[1] -= step * sum(error * y for error, (_, y) in zip(errors, points[train]))
    bias -= step * sum(errors)

right = sum((probability(*point) > 0.5) == label for point, label in zip(points[test], labels[test]))
accuracy = right / len(labels[test])

pathlib.Path(options.model).parent.mkdir(parents=True, exist_ok=True)
pathlib.Path(options.model).write_text(json.dumps({"weights": weights, "bias": bias}))
pathlib.Path(options.metrics).write_text(json.dumps({"accuracy": accuracy}))
print(f"accuracy {accuracy:.3f}")
`;
