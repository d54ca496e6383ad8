"""Handing in receipts, over HTTP."""

from tests.receipts_in import blank, picture, send


def test_the_same_bytes_are_refused_to_everyone(make):
    guest, other = make.guest(), make.guest()
    content = picture("cn_dev_000_standard_clean.jpg")
    upload_id = send(guest, content, "289.00").ok()["upload_id"]
    again, elsewhere = send(guest, content), send(other, content)
    assert (again.code, again.data) == (5005, {"upload_id": upload_id})
    assert (elsewhere.code, elsewhere.data) == (5005, None)


def test_the_same_pixels_in_another_container_are_refused(make):
    send(make.guest(), blank(200)).ok()
    assert send(make.guest(), blank(200, kind="PNG")).code == 5005
    assert send(make.guest(), blank(201, kind="PNG")).code == 0
