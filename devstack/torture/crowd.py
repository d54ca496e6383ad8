"""What the guests, merchants and the admin do, each thread by its own seeded dice."""

import threading
import uuid
from collections.abc import Callable
from random import Random
from typing import Any

from devstack.torture.book import Book, DrawTold, OrderTold, ReviewTold, UploadTold
from devstack.torture.client import Answer, GaveUp, Phone, request
from devstack.torture.town import Member, Town, picture, upload

TOP_UP = 3000
DRAW_TYPES = ("single", "single", "triple", "quintuple", "decade")
SOLD_OUT, TOO_FEW_POINTS, TOO_FEW_FOR_ORDER = 4002, 3001, 4003
ORDER_STATE, NOT_OFFERED = 4005, 9404
TOKEN_OVER = frozenset({2001, 2002})


class Visitor(threading.Thread):
    """One thread of the crowd."""

    def __init__(
        self,
        number: int,
        seed: int,
        port: int,
        town: Town,
        book: Book,
        cutting: Callable[[], float],
    ) -> None:
        super().__init__(name=f"visitor-{number}", daemon=True)
        self._dice = Random(f"{seed}/{number}")
        cuts = Random(f"{seed}/{number}/cuts")
        self._phone = Phone(port, book, lambda: cuts.random() < cutting())
        self._town = town
        self._book = book
        self._number = number
        self._newcomers = 0
        self._over = threading.Event()
        self.failure: BaseException | None = None
        self._menu: list[tuple[Callable[[], None], int]] = [
            (self._draw, 40),
            (self._redeem, 22),
            (self._look_around, 14),
            (self._top_up, 6),
            (self._cancel, 5),
            (self._restock, 4),
            (self._review, 4),
            (self._log_in_again, 2),
            (self._refresh, 1),
            (self._upload, 1),
            (self._newcomer, 1),
        ]

    def stop(self) -> None:
        """Finish the operation under way and end."""
        self._over.set()

    def run(self) -> None:
        deeds = [deed for deed, _ in self._menu]
        weights = [weight for _, weight in self._menu]
        while not self._over.is_set():
            (deed,) = self._dice.choices(deeds, weights)
            try:
                deed()
            except GaveUp:
                continue
            except BaseException as error:
                self.failure = error
                raise

    def log_in(self, member: Member, what: str = "login") -> None:
        """Log a member in; the first time makes the account with its welcome points."""
        body = {"phone": member.phone, "code": "123456"}
        data = self._ask(what, "POST", "/api/auth/login", member, body, token=False).data
        member.user_id = data["user_info"]["user_id"]
        member.token, member.refresh_token = data["access_token"], data["refresh_token"]
        with self._book.lock:
            self._book.welcomed.add(member.user_id)

    def lift_limits(self) -> None:
        """Each guest hands in as much in an hour as others in a year."""
        body = {"settings": {"uploads_per_guest_per_day": 0}}
        self._ask("settings", "PUT", "/api/admin/settings", self._town.admin, body)

    def shelves(self) -> list[int]:
        """Some of the products on offer."""
        path = "/api/exchange/products?limit=12"
        return [p["id"] for p in self._ask("look", "GET", path, self._guest()).data["products"]]

    def _ask(
        self,
        what: str,
        method: str,
        path: str,
        member: Member,
        body: Any = None,
        *,
        key: bool = False,
        token: bool = True,
    ) -> Answer:
        """Until definite; an access token that is over is renewed by logging in."""
        headers = {"X_Forwarded_For": member.address}
        if key:
            headers["Idempotency_Key"] = self._key()
        while True:
            wanted = request(method, path, member.token if token else None, body, **headers)
            answer = self._phone.ask(what, wanted)
            if not token or answer.code not in TOKEN_OVER:
                return answer
            self.log_in(member)

    def _key(self) -> str:
        return str(uuid.UUID(int=self._dice.getrandbits(128), version=4))

    def _guest(self) -> Member:
        return self._dice.choice(self._town.guests)

    def _draw(self) -> None:
        guest = self._guest()
        body = {"draw_type": self._dice.choice(DRAW_TYPES)}
        answer = self._ask("draw", "POST", "/api/lottery/draw", guest, body, key=True)
        if answer.code == 0:
            told = answer.data
            prizes = [p["prize_value"] for p in told["results"] if p["prize_type"] == "points"]
            fact = DrawTold(guest.user_id, len(told["results"]), told["points_cost"], sum(prizes))
            self._book.tell(self._book.draws, told["draw_id"], fact)
        guest.poor = guest.poor or answer.code == TOO_FEW_POINTS

    def _redeem(self) -> None:
        guest, product = self._guest(), self._dice.choice(self._town.products)
        body = {"commodity_id": product, "quantity": self._dice.choice((1, 1, 1, 2, 3))}
        answer = self._ask("redeem", "POST", "/api/exchange/redeem", guest, body, key=True)
        if answer.code == 0:
            told = answer.data
            fact = OrderTold(guest.user_id, product, told["quantity"], told["points_cost"])
            self._book.tell(self._book.orders, told["order_id"], fact)
            with self._book.lock:
                self._book.open_orders.append(told["order_id"])
        elif answer.code == SOLD_OUT:
            self._town.empty_shelves.add(product)
        guest.poor = guest.poor or answer.code == TOO_FEW_FOR_ORDER

    def _look_around(self) -> None:
        path = self._dice.choice(
            (
                "/api/exchange/products?limit=10",
                "/api/lottery/config",
                "/api/lottery/records?limit=5",
                "/api/points/records?limit=5",
                "/api/auth/verify-token",
            )
        )
        self._ask("look", "GET", path, self._guest())

    def _top_up(self) -> None:
        poor = [guest for guest in self._town.guests if guest.poor]
        guest = self._dice.choice(poor or self._town.guests)
        body = {"user_id": guest.user_id, "points": TOP_UP, "reason": "活动赠送"}
        answer = self._ask(
            "operate", "POST", "/api/points/operate", self._town.admin, body, key=True
        )
        if answer.code == 0:
            guest.poor = False
            fact = (guest.user_id, TOP_UP)
            self._book.tell(self._book.operations, answer.data["record_id"], fact)

    def _cancel(self) -> None:
        with self._book.lock:
            if not self._book.open_orders:
                return
            place = self._dice.randrange(len(self._book.open_orders))
            order_id = self._book.open_orders.pop(place)
        owner = self._book.orders[order_id].user_id
        (guest,) = [guest for guest in self._town.guests if guest.user_id == owner]
        path = f"/api/exchange/records/{order_id}/cancel"
        answer = self._ask("cancel", "POST", path, guest)
        # Nobody else cancels this order: refused on a repetition means that an earlier try did it.
        if answer.code == 0 or (answer.code == ORDER_STATE and answer.tries > 1):
            with self._book.lock:
                self._book.cancelled.add(order_id)

    def _restock(self) -> None:
        """Takes no key: tried again after an unknown outcome it may happen twice."""
        if not self._town.empty_shelves:
            return
        product = self._dice.choice(sorted(self._town.empty_shelves))
        self._town.empty_shelves.discard(product)
        body = {"operation": "restock", "quantity": 20}
        path = f"/api/merchant/products/{product}/stock"
        answer = self._ask("restock", "POST", path, self._town.merchant, body, key=True)
        with self._book.lock:
            if answer.code == 0:
                self._book.restocked[product] += 1
                self._book.maybe_restocked[product] += answer.tries - 1
            elif answer.code != NOT_OFFERED:
                self._book.maybe_restocked[product] += answer.tries

    def _review(self) -> None:
        order = self._dice.choice(("oldest", "newest"))
        path = f"/api/merchant/pending-reviews?limit=20&sort={order}"
        pending = self._ask("pending", "GET", path, self._town.merchant).data["reviews"]
        if not pending:
            return
        upload_id = self._dice.choice(pending)["upload_id"]
        approve = self._dice.random() < 0.7
        body = {"upload_id": upload_id, "action": "approve" if approve else "reject"}
        if approve:
            body["points"] = self._dice.choice((0, 50, 120, 880))
        else:
            body["reason"] = "看不清"
        answer = self._ask(
            "review", "POST", "/api/merchant/review", self._town.merchant, body, key=True
        )
        if answer.code == 0:
            fact = ReviewTold(answer.data["status"], answer.data["points_awarded"])
            self._book.tell(self._book.reviews, upload_id, fact)

    def _upload(self) -> None:
        guest, cents = self._guest(), self._dice.randrange(100, 20000)
        wanted = upload(guest, picture(self._dice), cents, self._key())
        answer = self._phone.ask("upload", wanted)
        if answer.code in TOKEN_OVER:
            self.log_in(guest)
        elif answer.code == 0:
            fact = UploadTold(guest.user_id, cents)
            self._book.tell(self._book.uploads, answer.data["upload_id"], fact)

    def _log_in_again(self) -> None:
        self.log_in(self._guest())

    def _refresh(self) -> None:
        guest = self._guest()
        sent = guest.refresh_token
        wanted = request("POST", "/api/auth/refresh", sent, X_Forwarded_For=guest.address)
        answer = self._phone.ask("refresh", wanted)
        if answer.code == 0 and guest.refresh_token == sent:
            guest.token = answer.data["access_token"]
            guest.refresh_token = answer.data["refresh_token"]

    def _newcomer(self) -> None:
        self._newcomers += 1
        phone = f"15{self._number:03d}{self._newcomers:06d}"
        self.log_in(Member(phone, f"10.9.{self._number}.{self._newcomers % 250}"), "first login")


def gather(seed: int, port: int, book: Book, guests: int) -> Town:
    """Log everybody in for the first time and read the shelves."""
    town = Town(
        [Member(f"1380001{n:04d}", f"10.8.0.{n + 1}") for n in range(guests)],
        Member("13900000001", "10.8.1.1"),
        Member("13700000001", "10.8.1.2"),
    )
    host = Visitor(0, seed, port, town, book, lambda: 0.0)
    for member in (*town.guests, town.merchant, town.admin):
        host.log_in(member, "first login")
    host.lift_limits()
    town.products = host.shelves()
    return town
