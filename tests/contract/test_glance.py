"""Reading a picture without handing it in, through web, broker and worker."""

import requests

from tests.factories import Factory
from tests.receipts_in import picture


def test_a_glance_reads_the_amount_and_keeps_nothing(site):
    guest = Factory(site.app).guest()
    headers = {"Authorization": f"Bearer {guest.token}"}
    files = {"file": ("slip.jpg", picture("cn_dev_000_standard_clean.jpg"))}
    url = f"{site.url}/api/photo/ocr"
    read = requests.post(url, headers=headers, files=files, timeout=60).json()
    assert read["code"] == 0 and read["data"]["recognized_amount"] > 0
    assert guest.get("/api/photo/records").ok()["records"] == []
    assert guest.get("/api/points/records").ok()["pagination"]["total"] == 1
