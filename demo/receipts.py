"""First act: receipts become points."""

from typing import Any

from demo import pictures
from demo.narrator import expect, expect_that
from demo.people import Person, Stage

READ_WITHIN = 60.0
PATIENT = {"Prefer": "wait=20"}
AT_ONCE = {"Prefer": "respond-async"}


def hand_in(stage: Stage) -> None:
    """Three pictures: a good one, one that lies on its side, one that shows no receipt."""
    with stage.narrator.step("Mei hands in a receipt of 69.50 yuan and types that amount"):
        picture = pictures.photograph("cn_dev_016_takeaway_phone.jpg")
        stage.receipts["picture"] = picture
        read = stage.receipts["mei"] = _hand_in(stage, stage.mei, picture, "69.50")
        _expect_reading(read, 69.5, "matched", 695)
    with stage.narrator.step(
        "Bo hands in one that lies on its side, and mistypes 364.50 as 346.50"
    ):
        picture = pictures.photograph("cn_dev_021_cash_rot90.jpg")
        read = stage.receipts["bo"] = _hand_in(stage, stage.bo, picture, "346.50")
        _expect_reading(read, 364.5, "mismatched", 2000)
    with stage.narrator.step("Bo photographs the table and claims 30 yuan; his app does not wait"):
        read = stage.receipts["table"] = _hand_in(stage, stage.bo, pictures.table(), "30", AT_ONCE)
        _expect_reading(read, None, "unclear", 300)
    with stage.narrator.step("Nobody heard of another's receipts"):
        for person in stage.everybody:
            expect(f"what {person.name} heard meanwhile", person.live.caught_up(), [])


def _hand_in(
    stage: Stage, guest: Person, picture: bytes, amount: str, headers: dict[str, str] = PATIENT
) -> Any:
    """Upload; the reading, from the answer or from the notice that follows."""
    fields = {"file": ("IMG_0001.jpg", picture, "image/jpeg"), "amount": amount}
    answer = guest.api.call("POST", "/api/photo/upload", fields=fields, headers=headers)
    stage.narrator.tell(f"answer: {_summary(answer)}")
    notice = guest.live.hear("receipt_processed", READ_WITHIN)
    stage.narrator.tell(f"heard:  {_summary(notice)}")
    expect("upload_id of the notice", notice["upload_id"], answer["upload_id"])
    expect("processing_status", notice["processing_status"], "done")
    record = guest.api.get(f"/api/photo/records/{answer['upload_id']}")
    for name in notice.keys() - {"image_url"}:
        expect(f"{name} of the record", record[name], notice[name])
    return record


def _summary(answer: Any) -> str:
    if answer["processing_status"] == "queued":
        return f"{answer['upload_id']} queued"
    return (
        f"{answer['upload_id']} {answer['processing_status']}, read {answer['recognized_amount']}, "
        f"{answer['match_status']}, {answer['points_awarded']} points proposed"
    )


def _expect_reading(read: Any, amount: float | None, match: str, points: int) -> None:
    expect("recognized_amount", read["recognized_amount"], amount)
    expect("match_status", read["match_status"], match)
    expect("points_awarded", read["points_awarded"], points)
    expect("review_status", read["review_status"], "pending")


def refuse(stage: Stage) -> None:
    """What is no picture, or was there before, is refused and changes nothing."""

    def upload(guest: Person, code: int, **fields: Any) -> Any:
        return guest.api.call("POST", "/api/photo/upload", fields=fields, code=code)

    file = ("IMG_0001.jpg", stage.receipts["picture"], "image/jpeg")
    with stage.narrator.step("The same picture again, from Mei and from Bo"):
        upload_id = stage.receipts["mei"]["upload_id"]
        expect("what Mei is told", upload(stage.mei, 5005, file=file), {"upload_id": upload_id})
        expect("what Bo is told", upload(stage.bo, 5005, file=file), None)
        stage.narrator.tell("code 5005; only Mei is told which upload it was")
    with stage.narrator.step("No picture, a text file, half a picture, a silly amount"):
        upload(stage.bo, 5001, amount="30")
        upload(stage.bo, 5003, file=("a.jpg", b"not a picture", "image/jpeg"))
        upload(stage.bo, 5003, file=("a.jpg", file[1][: len(file[1]) // 2], "image/jpeg"))
        upload(stage.bo, 5004, file=file, amount="1e5")
        records = stage.bo.api.get("/api/photo/records")
        expect("Bo's receipts", records["pagination"]["total"], 2)
        stage.narrator.tell("codes 5001, 5003, 5003, 5004; Bo still has 2 receipts")


def review(stage: Stage) -> None:
    """The merchant decides, once; the guests hear it at once."""
    with stage.narrator.step("The merchant looks at what waits"):
        _look(stage)
    with stage.narrator.step("The merchant approves Mei's: points, live"):
        _approve(stage, stage.mei, "mei", points=695)
    with stage.narrator.step("... and Bo's, but for 500 points"):
        _approve(stage, stage.bo, "bo", points=500, proposed=False)
    with stage.narrator.step("A second decision on Mei's receipt comes too late"):
        again = {"upload_id": stage.receipts["mei"]["upload_id"], "action": "reject", "reason": "x"}
        late = stage.merchant.api.call("POST", "/api/merchant/review", json=again, code=7003)
        expect("what the merchant is told", late, {"status": "approved"})
    with stage.narrator.step("The table is rejected, which needs a reason"):
        _reject(stage)


def _look(stage: Stage) -> None:
    stage.bo.api.call("GET", "/api/merchant/pending-reviews", code=7001)
    page = stage.merchant.api.get("/api/merchant/pending-reviews?sort=newest&limit=20")
    waiting = {review["upload_id"]: review for review in page["reviews"]}
    for name in ("mei", "bo", "table"):
        found = waiting.get(stage.receipts[name]["upload_id"])
        expect_that(f"the receipt of {name} among the newest 20", found is not None, list(waiting))
    shown = waiting[stage.receipts["mei"]["upload_id"]]
    expect("the guest's name", shown["user_id"], stage.mei.user_id)
    picture = stage.api.raw("GET", shown["image_url"])
    expect("HTTP status of the picture", picture.status, 200)
    expect("the picture's kind", picture.headers["Content-Type"], "image/jpeg")
    forged = stage.api.raw("GET", shown["image_url"][:-1] + "_")
    expect_that("a forged link", forged.status in (403, 404), forged.status)
    stage.narrator.tell(f"{page['pagination']['total']} waiting; Bo is told 7001")
    stage.narrator.tell(f"picture: {len(picture.data)} bytes; forged link: HTTP {forged.status}")


def _approve(stage: Stage, guest: Person, receipt: str, points: int, proposed: bool = True) -> None:
    upload_id = stage.receipts[receipt]["upload_id"]
    body: dict[str, Any] = {"upload_id": upload_id, "action": "approve"}
    if not proposed:
        body["points"] = points
    decided = stage.merchant.api.post("/api/merchant/review", body)
    expect("the decision", (decided["status"], decided["points_awarded"]), ("approved", points))
    guest.points += points
    update, result = guest.live.hear_both("points_update", "review_result")
    told = (update["total_points"], update["change_points"], update["reason"])
    expect("points_update", told, (guest.points, points, "photo_upload"))
    told = (result["upload_id"], result["status"], result["points_awarded"])
    expect("review_result", told, (upload_id, "approved", points))
    stage.narrator.tell(f"{guest.name} heard: +{points}, now {guest.points} points")


def _reject(stage: Stage) -> None:
    upload_id = stage.receipts["table"]["upload_id"]
    body = {"upload_id": upload_id, "action": "reject"}
    stage.merchant.api.call("POST", "/api/merchant/review", json=body, code=9001)
    body["reason"] = "图中没有小票"
    stage.merchant.api.post("/api/merchant/review", body)
    result = stage.bo.live.hear("review_result")
    told = (result["upload_id"], result["status"], result["review_reason"])
    expect("review_result", told, (upload_id, "rejected", "图中没有小票"))
    expect("what else Bo heard", stage.bo.live.caught_up(), [])
    record = stage.bo.api.get(f"/api/photo/records/{upload_id}")
    expect("the record", (record["review_status"], record["points_awarded"]), ("rejected", 0))
    stage.narrator.tell(f"without one: 9001; Bo heard: rejected, {result['review_reason']}")
