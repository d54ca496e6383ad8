"""Lists that shrink or grow while somebody reads them: a cursor goes on where it was."""

import pytest

from points_app.services import pages
from tests.http.test_applications import FORM
from tests.receipts_in import handed_in_and_read

# The list's key in the answer, and its rows' own.
LISTS = {
    "/api/points/records": ("records", "id"),
    "/api/lottery/records": ("records", "id"),
    "/api/exchange/records": ("records", "id"),
    "/api/photo/records": ("records", "upload_id"),
    "/api/merchant/pending-reviews": ("reviews", "review_id"),
    "/api/merchant/orders": ("orders", "id"),
    "/api/admin/users": ("users", "user_id"),
    "/api/admin/applications": ("applications", "application_id"),
    # Each look at people's data adds a row.
    "/api/admin/audit?target=user": ("records", "id"),
}


def read_on(caller, path, rows, limit, first=None):
    """Every row of the list, `limit` at a time, each read going on where the one before ended."""
    joiner = "&" if "?" in path else "?"
    answer = first or caller.get(f"{path}{joiner}limit={limit}").ok()
    seen = list(answer[rows])
    while (cursor := answer["next_cursor"]) is not None:
        answer = caller.get(f"{path}{joiner}limit={limit}&cursor={cursor}").ok()
        assert 0 < len(answer[rows]) <= limit
        seen += answer[rows]
    return seen


def test_every_list_is_whole_by_cursor(make):
    chief, product = make.guest(points=3000, is_merchant=True, is_admin=True), make.product()
    for _ in range(3):
        chief.post("/api/lottery/draw", {"draw_type": "single"}).ok()
        chief.post("/api/exchange/redeem", {"commodity_id": product}).ok()
        handed_in_and_read(chief)
        operation = {"user_id": chief.user_id, "points": 1, "reason": "测试"}
        chief.post("/api/points/operate", operation).ok()
        make.guest().post("/api/merchant/apply", FORM).ok()
    for path, (rows, key) in LISTS.items():
        path = path.replace("target=user", f"target=user:{chief.user_id}")
        whole = chief.get(path).ok()
        assert len(whole[rows]) >= 3 and whole["next_cursor"] is None, path
        by_cursor = read_on(chief, path, rows, 2)
        assert [row[key] for row in by_cursor] == [row[key] for row in whole[rows]], path


@pytest.mark.parametrize("sort", ["oldest", "newest"])
def test_none_is_passed_over_while_reviews_are_decided(make, sort):
    guest, merchant = make.guest(), make.merchant()
    waiting = [handed_in_and_read(guest) for _ in range(5)]
    path = f"/api/merchant/pending-reviews?sort={sort}"
    first = merchant.get(f"{path}&limit=2").ok()
    for review in first["reviews"]:
        decision = {"upload_id": review["upload_id"], "action": "approve"}
        merchant.post("/api/merchant/review", decision).ok()
    seen = [review["upload_id"] for review in read_on(merchant, path, "reviews", 2, first)]
    assert seen == (waiting if sort == "oldest" else waiting[::-1])


def test_none_comes_twice_while_rows_are_added(make):
    guest = make.guest()
    path = "/api/points/records"
    for _ in range(3):
        guest.post("/api/lottery/draw", {"draw_type": "single"}).ok()
    before = [row["id"] for row in guest.get(path).ok()["records"]]
    first = guest.get(f"{path}?limit=2").ok()
    guest.post("/api/exchange/redeem", {"commodity_id": make.product()}).ok()
    assert [row["id"] for row in read_on(guest, path, "records", 2, first)] == before


def test_a_cursor_reaches_further_back_than_numbered_pages(make, monkeypatch):
    monkeypatch.setattr(pages, "REACH", 2)
    guest, merchant, product = make.guest(), make.merchant(), make.product()
    for _ in range(5):
        guest.post("/api/exchange/redeem", {"commodity_id": product}).ok()
    assert merchant.get("/api/merchant/orders?limit=2&page=2").ok()["orders"] == []
    assert len(read_on(merchant, "/api/merchant/orders", "orders", 2)) == 5


@pytest.mark.parametrize("cursor", ["-1", "x", "1.5", "9" * 20])
def test_what_is_no_cursor_is_refused_by_name(make, cursor):
    refused = make.guest().get(f"/api/points/records?cursor={cursor}")
    assert refused.code == 9001
    assert [error["field"] for error in refused.data["errors"]] == ["cursor"]
