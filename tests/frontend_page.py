"""The examples of docs/frontend.md, and how what was really sent is compared with them."""

import json
import re
from pathlib import Path
from typing import Any

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "frontend.md").read_text()
EXAMPLES = [
    json.loads(line)
    for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    for line in block.splitlines()
]
NOTICES = [example for example in EXAMPLES if "data" in example and "type" in example]
MESSAGES = [example for example in EXAMPLES if "type" in example and "timestamp" in example]
# What is another each time: numbers, ids and times keep their form, and links their beginning.
VARIES = [
    (re.compile(r'"(\w+_id|id|seq|timestamp)": \d+'), r'"\1": 1'),
    (re.compile(r"\b(EX|LD|UP|)[0-9A-HJKMNP-TV-Z]{26}\b"), r"\1-ID"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"), "TIME"),
    (re.compile(r"https?://[^/]+/files/receipts/[^\"]*"), "LINK"),
]


def form(message: dict[str, Any]) -> str:
    """The message with what varies taken out of it."""
    text = json.dumps(message, ensure_ascii=False, sort_keys=True)
    for pattern, instead in VARIES:
        text = pattern.sub(instead, text)
    return text
