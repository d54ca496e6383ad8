"""Receipts through HTTP, from the guest's side; reading them is tests/worker's business."""

from tests.receipts_in import blank, send


def test_a_picture_of_any_bytes_is_taken_whole(make):
    """Line ends where the parser's chunks end once made it count the file as form fields."""
    content = blank() + b"\r\n" * 150_000
    send(make.guest(), content).ok()
