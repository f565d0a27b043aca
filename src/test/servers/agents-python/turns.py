"""Conversation turns as livekit-agents reports them, for Prometheus: its own telemetry, and sessions made up of nothing.

Usage: turns.py PORT. Two sessions a second end, each with a turn of about 0.9 s, until standard input ends. The views are
what docs/dashboards.md says an agent needs: buckets in seconds, and no label that is another for each job.
"""

import random
import sys
import threading

from opentelemetry import metrics
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.view import ExplicitBucketHistogramAggregation, View
from prometheus_client import start_http_server

metrics.set_meter_provider(MeterProvider(metric_readers=[PrometheusMetricReader()], views=[View(
    instrument_name="lk.agents.turn.*", attribute_keys={"model_name", "model_provider"},
    aggregation=ExplicitBucketHistogramAggregation([0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10]))]))

from livekit.agents import llm  # noqa: E402  (its instruments are made when it is imported)
from livekit.agents.telemetry import otel_metrics  # noqa: E402


def session_ends():
    history = llm.ChatContext()
    heard = history.add_message(role="user", content="")
    heard.metrics = {"transcription_delay": random.uniform(0.1, 0.3), "end_of_turn_delay": random.uniform(0.3, 0.6),
                     "on_user_turn_completed_delay": 0.01}
    said = history.add_message(role="assistant", content="")
    said.metrics = {"e2e_latency": random.uniform(0.7, 1.1), "llm_node_ttft": random.uniform(0.2, 0.4),
                    "tts_node_ttfb": random.uniform(0.1, 0.2),
                    "llm_metadata": {"model_name": "no-model", "model_provider": "none"}}
    otel_metrics.flush_turn_metrics(history)


start_http_server(int(sys.argv[1]), addr="127.0.0.1")
ended = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
while not ended.wait(0.5):
    session_ends()
