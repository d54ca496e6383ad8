"""What reaches the log, whoever wrote it: no phone number and no token in clear."""

import io
import json
import logging
import re

import pytest

from points_app.config import Settings
from points_app.logs import configure_logging


@pytest.fixture
def root():
    """The root logger, as it was before when the test is over."""
    root = logging.getLogger()
    before, level = root.handlers, root.level
    yield root
    root.handlers, root.level = before, level


@pytest.fixture
def logged(environment, root):
    """Log a text with fields; the line that came out."""
    configure_logging(Settings.from_env({**environment, "LOG_FORMAT": "json"}))
    output = io.StringIO()
    for handler in root.handlers:
        handler.setStream(output)

    def run(text, exc_info=None, **fields):
        output.seek(0)
        output.truncate()
        logging.getLogger("somebody.else").error(text, exc_info=exc_info, extra=fields)
        return json.loads(output.getvalue())

    return run


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
        ("bEARER\nabc.def", "bEARER\n[hidden]"),
    ],
)
def test_masks(logged, text, shown):
    assert logged(text)["event"] == shown
    assert logged("x", detail=text)["detail"] == shown
    assert logged("x", more={"in": [(text, 1)]})["more"] == {"in": [[shown, 1]]}


def test_a_number_is_masked_too(logged):
    assert logged("x", phone=13800138000)["phone"] == "138****8000"


def test_what_is_neither_text_nor_number_is_masked_as_it_is_written(logged):
    line = logged("x", error=ValueError("call 13800138000"), body=b"token=abc", long=9138001380001)
    assert line["error"] == "call 138****8000" and line["body"] == "b'token=[hidden]'"
    assert line["long"] == 9138001380001


def test_an_exception_is_told_masked(logged):
    try:
        raise ValueError("call 13800138000")
    except ValueError as error:
        line = logged("x", exc_info=error)
    assert line["exception"].startswith("Traceback")
    assert line["exception"].endswith("ValueError: call 138****8000")


def test_lines_for_a_terminal_can_be_read(environment, root):
    configure_logging(Settings.from_env({**environment, "LOG_FORMAT": "console"}))
    fields = {"phone": "13800138000"}
    record = root.makeRecord("shop", logging.INFO, "f", 1, "sold", (), None, extra=fields)
    line = re.sub("\x1b[^m]*m", "", root.handlers[0].format(record))
    assert re.search(r"\[info +\] sold +\[shop\] phone=138\*{4}8000", line)


def test_gunicorns_lines_can_still_be_written(logged):
    """Its format shows the process: switching that off once broke each of its lines."""
    record = logging.LogRecord("gunicorn.error", logging.INFO, "f", 1, "Booting", (), None)
    assert logging.Formatter("[%(process)d] %(message)s").format(record).endswith("] Booting")
