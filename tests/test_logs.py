"""What reaches the log, whoever wrote it: no phone number and no token in clear."""

import io
import json
import logging

import pytest

from points_app.config import Settings
from points_app.logs import configure_logging


@pytest.fixture
def logged(environment):
    """Log a text with fields; the line that came out."""
    root = logging.getLogger()
    before, level = root.handlers, root.level
    configure_logging(Settings.from_env({**environment, "LOG_FORMAT": "json"}))
    output = io.StringIO()
    for handler in root.handlers:
        handler.setStream(output)

    def run(text, **fields):
        output.seek(0)
        output.truncate()
        logging.getLogger("somebody.else").error(text, extra=fields)
        return json.loads(output.getvalue())

    yield run
    root.handlers, root.level = before, level


def test_one_json_line_an_event(logged):
    line = logged("thing_happened", upload_id="UP1", shop="渝州老灶")
    assert (line["event"], line["level"]) == ("thing_happened", "error")
    assert (line["upload_id"], line["shop"]) == ("UP1", "渝州老灶")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("call 13800138000 now", "call 138****8000 now"),
        ("order 2138001380001 stays", "order 2138001380001 stays"),
        ("GET /ws?token=eyJh.x-y_z&v=1", "GET /ws?token=[hidden]&v=1"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer [hidden]"),
    ],
)
def test_masks(logged, text, shown):
    assert logged(text)["event"] == shown
    assert logged("x", detail=text)["detail"] == shown


def test_gunicorns_lines_can_still_be_written(logged):
    """Its format shows the process: switching that off once broke each of its lines."""
    record = logging.LogRecord("gunicorn.error", logging.INFO, "f", 1, "Booting", (), None)
    assert logging.Formatter("[%(process)d] %(message)s").format(record).endswith("] Booting")
