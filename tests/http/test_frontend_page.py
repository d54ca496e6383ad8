"""docs/frontend.md says what is true."""

import json
import re
from pathlib import Path

import pytest

from points_app.notices import PATTERN
from tests.contract_codes import CODES
from tests.receipts_in import handed_in_and_read

PAGE = (Path(__file__).resolve().parent.parent.parent / "docs" / "frontend.md").read_text()
EXAMPLES = [
    json.loads(line)
    for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    for line in block.splitlines()
]
NOTICES = {
    example["type"]: example for example in EXAMPLES if "data" in example and "type" in example
}


@pytest.fixture
def heard(app):
    """What has been sent to sockets, by type."""
    pubsub = app.extensions["parts"].redis.pubsub()
    pubsub.psubscribe(PATTERN)

    def collect():
        found = {}
        while message := pubsub.get_message(timeout=0.5):
            if message["type"] == "pmessage":
                notice = json.loads(message["data"])
                found[notice.get("type")] = notice
        return found

    yield collect
    pubsub.close()


def test_the_notices_of_the_page_are_those_that_are_sent(make, heard):
    guest, merchant, product = make.guest(), make.merchant(), make.product()
    upload_id = handed_in_and_read(guest)
    decision = {"upload_id": upload_id, "action": "approve"}
    merchant.post("/api/merchant/review", decision).ok()
    guest.post("/api/exchange/redeem", {"commodity_id": product}).ok()
    sent = heard()
    assert NOTICES.keys() == sent.keys()
    for kind, example in NOTICES.items():
        assert example.keys() == sent[kind].keys(), kind
        assert example["data"].keys() == sent[kind]["data"].keys(), kind


def test_the_refusals_of_the_page_are_the_contracts():
    refusals = [example for example in EXAMPLES if example.get("msg") not in (None, "success")]
    assert len(refusals) == 2
    for example in refusals:
        texts = CODES[example["code"]][1] if example["code"] in CODES else {"积分余额不足"}
        assert example["msg"] in texts
