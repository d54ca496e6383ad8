"""The Celery worker: the same services behind another door."""

import os
import tempfile

from points_app.start import load_environment

load_environment()
# Before anything counts: the children's figures are added up by their parent, if it exposes them.
if os.environ.get("WORKER_METRICS_PORT"):
    os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="points-metrics-"))
