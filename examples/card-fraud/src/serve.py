"""Serve the model: POST /invocations {"dataframe_records": [...]} answers {"predictions": [...]}."""

import argparse
import json
import pickle
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pandas as pd

from features import RAW, build_features


def handler(model) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.answer(200 if self.path == "/health" else 404, {"status": "ok" if self.path == "/health" else "not found"})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.path != "/invocations":
                self.answer(404, {"error": "POST to /invocations"})
                return
            try:
                payments = pd.DataFrame.from_records(json.loads(body)["dataframe_records"])
                missing = [column for column in RAW if column not in payments]
                if missing:
                    raise ValueError(f"missing columns: {', '.join(missing)}")
                scores = model.predict_proba(build_features(payments))[:, 1]
            except (ValueError, KeyError, TypeError) as error:
                self.answer(400, {"error": str(error)})
                return
            self.answer(200, {"predictions": [round(float(score), 6) for score in scores]})

        def answer(self, status: int, value: dict) -> None:
            body = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """The request log is kept by the deployment, not by the model server."""

    return Handler


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    args = parser.parse_args()
    model = pickle.loads((args.model / "model.pkl").read_bytes())
    ThreadingHTTPServer(("127.0.0.1", args.port), handler(model)).serve_forever()


if __name__ == "__main__":
    main()
