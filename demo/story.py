"""The story: what each person does, and what each must get and hear."""

from contextlib import ExitStack

from demo import receipts, rewards
from demo.api import Api
from demo.codes import Codes
from demo.narrator import Narrator, expect, expect_that
from demo.people import Person, Stage, new_phone

WELCOME_POINTS = 1000


def play(narrator: Narrator, api: Api, codes: Codes, merchant_phone: str) -> None:
    """Play it all. Raises Differs at the first thing that is not as it should be."""
    with ExitStack() as sockets:
        stage = Stage(narrator, api, codes, sockets)
        check_health(stage)
        log_in(stage, merchant_phone)
        receipts.hand_in(stage)
        receipts.refuse(stage)
        receipts.review(stage)
        rewards.draw(stage)
        rewards.redeem(stage)
        rewards.look_back(stage)
        leave(stage)


def check_health(stage: Stage) -> None:
    """Everything the server depends on works."""
    with stage.narrator.step("The server is ready"):
        response = stage.api.raw("GET", "/readyz")
        stage.narrator.tell(response.data.decode().strip())
        expect("HTTP status of /readyz", response.status, 200)


def log_in(stage: Stage, merchant_phone: str) -> None:
    """Two new guests and a merchant come in, each with a live connection."""
    with stage.narrator.step("Mei logs in with an SMS code; it is her first time"):
        stage.mei = _first_time(stage, "Mei", path="/ws")
    with stage.narrator.step("Bo logs in too, on an old phone that connects to / instead of /ws"):
        stage.bo = _first_time(stage, "Bo", path="/")
    with stage.narrator.step("The merchant logs in"):
        stage.merchant, info = stage.enter("merchant", merchant_phone)
        stage.narrator.tell(f"user {info['user_id']}, {info['mobile']}")
        expect("is_merchant", info["is_merchant"], True)
    with stage.narrator.step("Nobody gets in without a token, or with the wrong kind of token"):
        stage.api.call("GET", "/api/lottery/config", code=2001)
        stage.api.as_caller(stage.mei.refresh_token).call("GET", "/api/lottery/config", code=2002)
        stage.mei.api.expect_no_socket(stage.mei.refresh_token)
        stage.mei.api.expect_no_socket("")
        stage.narrator.tell("codes 2001 and 2002; WebSocket: HTTP 401")


def _first_time(stage: Stage, name: str, path: str) -> Person:
    phone = new_phone()
    person, info = stage.enter(name, phone, path)
    stage.narrator.tell(f"user {info['user_id']}, {info['mobile']}, {info['total_points']} points")
    expect("the welcome points", info["total_points"], WELCOME_POINTS)
    expect("the phone number shown", info["mobile"], f"{phone[:3]}****{phone[-4:]}")
    return person


def leave(stage: Stage) -> None:
    """Tokens are renewed and die; so do the sockets they opened."""
    mei = stage.mei
    with stage.narrator.step("Mei's app renews her tokens"):
        pair = mei.api.as_caller(mei.refresh_token).post("/api/auth/refresh")
        expect_that("a new token", pair["refresh_token"] != mei.refresh_token, "the old one")
        mei.api = mei.api.as_caller(pair["access_token"])
        expect("verify-token", mei.api.get("/api/auth/verify-token")["valid"], True)
        stage.narrator.tell(f"good for {pair['expires_in']} s")
    with stage.narrator.step("Her app reports its speed, and an error it saw"):
        mei.api.post("/api/monitoring/performance", {"page_load_time": 812.5, "error_rate": 0})
        stage.api.post("/api/monitoring/errors", {"message": "bin/demo: an example", "page": "/"})
    with stage.narrator.step("Mei logs out: her tokens and her live connection end at once"):
        mei.api.post("/api/auth/logout", {"refresh_token": pair["refresh_token"]})
        mei.api.call("GET", "/api/auth/verify-token", code=2002)
        mei.api.as_caller(pair["refresh_token"]).call("POST", "/api/auth/refresh", code=2000)
        expect("the close code", mei.live.closed_with(), 4401)
        stage.narrator.tell("codes 2002 and 2000; WebSocket closed with 4401")
