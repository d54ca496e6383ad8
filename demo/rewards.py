"""Second act: points become prizes and goods."""

import secrets
from typing import Any

from demo.narrator import expect, expect_that
from demo.people import Stage


def draw(stage: Stage) -> None:
    """Mei turns the wheel."""
    mei = stage.mei
    with stage.narrator.step("Mei looks at the wheel"):
        wheel = mei.api.get("/api/lottery/config")
        prizes = {prize["id"]: prize for prize in wheel["prizes"]}
        total = round(sum(prize["probability"] for prize in prizes.values()), 3)
        expect("the sum of the probabilities", total, 1.0)
        stage.narrator.tell(f"{len(prizes)} prizes, {wheel['cost_points']} points a turn")
    with stage.narrator.step("She draws three times at once"):
        key = {"Idempotency-Key": secrets.token_hex(16)}
        sent = {"json": {"draw_type": "triple"}, "headers": key}
        answer = mei.api.call("POST", "/api/lottery/draw", **sent)
        _check_draw(stage, answer, prizes, wheel["cost_points"] * 3)
    with stage.narrator.step("The answer gets lost; her app sends the same request again"):
        again = mei.api.call("POST", "/api/lottery/draw", **sent)
        expect("the answer", again, answer)
        expect("what she heard", mei.live.caught_up(), [])
        stage.narrator.tell("the same answer, nothing charged")
    with stage.narrator.step("A draw that does not exist"):
        wrong = {"draw_type": "single", "count": 3}
        refused = mei.api.call("POST", "/api/lottery/draw", json=wrong, code=9001)
        stage.narrator.tell(f"code 9001: {refused['errors']}")


def _check_draw(stage: Stage, answer: Any, prizes: dict[int, Any], cost: int) -> None:
    mei, results = stage.mei, answer["results"]
    for result in results:
        prize = prizes[result["prize_id"]]
        expect(
            "the prize", (result["prize_name"], result["angle"]), (prize["name"], prize["angle"])
        )
    won = sum(int(each["prize_value"]) for each in results if each["prize_type"] == "points")
    mei.points += won - cost
    expect("how many results", len(results), 3)
    expect("points_cost", answer["points_cost"], cost)
    expect("remaining_points", answer["remaining_points"], mei.points)
    update = mei.live.hear("points_update")
    told = (update["total_points"], update["change_points"], update["reason"])
    expect("points_update", told, (mei.points, won - cost, "lottery"))
    stage.narrator.tell("、".join(result["prize_name"] for result in results))
    stage.narrator.tell(f"-{cost} +{won}, now {mei.points} points; heard the same")


def redeem(stage: Stage) -> None:
    """Bo buys what Mei is looking at."""
    mei, bo = stage.mei, stage.bo
    with stage.narrator.step(
        "Mei looks at the cheapest goods in stock; her page follows the first"
    ):
        query = "stock_status=in_stock&sort_by=exchange_points&limit=5"
        listed = mei.api.get(f"/api/exchange/products?{query}")["products"]
        product = listed[0]
        prices = [each["exchange_points"] for each in listed]
        expect("the order of prices", prices, sorted(prices))
        mei.live.follow(product["id"])
        stage.narrator.tell(f"{product['name']}: {prices[0]} points, {product['stock']} left")
    with stage.narrator.step("Bo redeems one; everybody who looks at it sees the stock fall"):
        _buy(stage, product)
    with stage.narrator.step("Mei wants the dearest, which she cannot pay"):
        query = "stock_status=in_stock&sort_by=exchange_points&sort_order=DESC&limit=1"
        (dearest,) = mei.api.get(f"/api/exchange/products?{query}")["products"]
        body = {"commodity_id": dearest["id"]}
        short = mei.api.call("POST", "/api/exchange/redeem", json=body, code=4003)
        price = dearest["exchange_points"]
        expect("what she is told", short, {"required": price, "current": mei.points})
        mei.api.call("POST", "/api/exchange/redeem", json={"commodity_id": 2**31 - 1}, code=4001)
        stage.narrator.tell(f"code 4003: {short}; an unknown product: 4001")
    with stage.narrator.step("Mei and Bo heard of nothing else"):
        expect("what Mei heard", mei.live.caught_up(), [])
        expect("what Bo heard", bo.live.caught_up(), [])


def _buy(stage: Stage, product: Any) -> None:
    bo, price = stage.bo, product["exchange_points"]
    body = {"commodity_id": product["id"], "delivery_info": {"table": "12"}}
    order = bo.api.post("/api/exchange/redeem", body)
    bo.points -= price
    expect("points_cost", order["points_cost"], price)
    expect("remaining_points", order["remaining_points"], bo.points)
    update, stock = bo.live.hear_both("points_update", "stock_update")
    expect("points_update", update["total_points"], bo.points)
    for name, notice in (
        ("Bo", stock),
        ("Mei", stage.mei.live.hear("stock_update")),
        ("the merchant", stage.merchant.live.hear("stock_update")),
    ):
        told = (notice["product_id"], notice["operation"], notice["stock"])
        expect(f"what {name} heard", told, (product["id"], "purchase", product["stock"] - 1))
    (newest, *_) = bo.api.get("/api/exchange/records")["records"]
    expect("the newest order", newest["order_id"], order["order_id"])
    stage.narrator.tell(f"{order['order_id']}, pickup code {order['pickup_code']}")
    stage.narrator.tell(f"-{price}, now {bo.points} points; stock now {product['stock'] - 1}")


def look_back(stage: Stage) -> None:
    """What the phones show is what the server holds."""
    with stage.narrator.step("Their balances are what their phones show"):
        for guest in (stage.mei, stage.bo):
            info = guest.api.get("/api/auth/verify-token")["user_info"]
            expect(f"{guest.name}'s points", info["total_points"], guest.points)
            expect_that("a balance", info["total_points"] >= 0, info["total_points"])
            stage.narrator.tell(f"{guest.name}: {guest.points} points")
