"""bin/torture races: the two races that must never have one winner too many, again and again."""

import argparse
import multiprocessing
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any

from flask import Flask

from devstack.environment import development_environment
from devstack.folders import scratch_folder
from devstack.mariadb import mariadb_server
from devstack.redis import redis_server
from devstack.serve import PROJECT

PROCESSES = 2
THREADS = 8
DRAWS, FUNDS_FOR, DRAW_COST = 200, 7, 100
REDEEMS, STOCK, PRICE = 500, 50, 100

_app: Flask | None = None


def main(argv: Sequence[str]) -> int:
    """Run both races; 0 when not one run was wrong."""
    parser = argparse.ArgumentParser(
        prog="bin/torture races",
        description=f"{DRAWS} draws with funds for {FUNDS_FOR}, and {REDEEMS} redeems of a product "
        f"with {STOCK} in stock, by {PROCESSES} processes of {THREADS} threads on MariaDB.",
    )
    parser.add_argument("--runs", type=int, default=10, help="runs of each race (default: 10)")
    parser.add_argument("--only", choices=RACES, help="one of the two")
    wanted = parser.parse_args(argv)
    with ExitStack() as stack:
        folder = stack.enter_context(scratch_folder())
        environment = development_environment(PROJECT, folder) | {
            "APP_ENV": "development",
            "DATABASE_URL": stack.enter_context(mariadb_server(folder / "db")).url,
            "REDIS_URL": stack.enter_context(redis_server(folder / "redis")).url,
            "LOG_LEVEL": "ERROR",
        }
        os.environ.update(environment)
        spawning = multiprocessing.get_context("spawn")
        prepare()
        pool = stack.enter_context(spawning.Pool(PROCESSES, initializer=_join))
        chosen = [wanted.only] if wanted.only else list(RACES)
        wrong = sum(RACES[race](pool, wanted.runs) for race in chosen)
        offenders = prove()
    print(f"{wrong} runs were wrong, {offenders} rows are wrong in the books", flush=True)
    return 1 if wrong or offenders else 0


def race_draws(pool: Any, runs: int) -> int:
    """How many runs did not end with exactly FUNDS_FOR draws and the change left."""

    def one_run(number: int) -> bool:
        user_id = make_guest(f"137{number:08d}", FUNDS_FOR * DRAW_COST + DRAW_COST - 1)
        shares = [(user_id, DRAWS // PROCESSES)] * PROCESSES
        told = sum(pool.starmap(draw_share, shares), Counter())
        left, draws = wallet_and_draws(user_id)
        expected = Counter(won=FUNDS_FOR, InsufficientPoints=DRAWS - FUNDS_FOR)
        return told == expected and draws == FUNDS_FOR and left == DRAW_COST - 1

    return _repeat(f"{DRAWS} draws, funds for {FUNDS_FOR}", runs, one_run)


def race_redeems(pool: Any, runs: int) -> int:
    """How many runs did not end with exactly STOCK orders and an empty shelf."""
    guests = [make_guest(f"136{n:08d}", runs * PRICE) for n in range(REDEEMS)]

    def one_run(number: int) -> bool:
        product_id = make_product()
        half = REDEEMS // PROCESSES
        shares = [(product_id, guests[n * half : (n + 1) * half]) for n in range(PROCESSES)]
        told = sum(pool.starmap(redeem_share, shares), Counter())
        expected = Counter(won=STOCK, OutOfStock=REDEEMS - STOCK)
        return told == expected and stock_and_orders(product_id) == (0, STOCK)

    return _repeat(f"{REDEEMS} redeems, stock {STOCK}", runs, one_run)


RACES = {"draws": race_draws, "redeems": race_redeems}


def _repeat(title: str, runs: int, one_run: Callable[[int], bool]) -> int:
    began, wrong = time.monotonic(), 0
    for number in range(1, runs + 1):
        wrong += not one_run(number)
        if number % 50 == 0 or number == runs:
            seconds = time.monotonic() - began
            print(f"{title}: {number} runs, {wrong} wrong, {seconds:.0f} s", flush=True)
    return wrong


def _join() -> None:
    """A process of the pool makes its app."""
    global _app
    from points_app import create_app

    _app = create_app()


def _inside() -> Any:
    if _app is None:
        _join()
    assert _app is not None
    return _app.app_context()


def draw_share(user_id: int, count: int) -> Counter[str]:
    """Draw so often, by THREADS threads at once; the outcomes."""
    from points_app.services.lottery import draw_types, draws

    kind = draw_types.draw_type("single", None)
    return _at_once([lambda: draws.draw(user_id, kind)] * count)


def redeem_share(product_id: int, guests: list[int]) -> Counter[str]:
    """Every guest buys one piece, by THREADS threads at once; the outcomes."""
    from points_app.services.exchange import redemption

    def buying(user_id: int) -> Callable[[], Any]:
        return lambda: redemption.redeem(user_id, redemption.Wanted(product_id), None)

    return _at_once([buying(user_id) for user_id in guests])


def _at_once(calls: list[Callable[[], Any]]) -> Counter[str]:
    waiting, outcomes, counting = list(calls), Counter[str](), threading.Lock()
    start = threading.Barrier(THREADS)

    def run() -> None:
        start.wait()
        while True:
            with counting:
                if not waiting:
                    return
                call = waiting.pop()
            with _inside():
                outcome = _outcome(call)
            with counting:
                outcomes[outcome] += 1

    threads = [threading.Thread(target=run) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def _outcome(call: Callable[[], Any]) -> str:
    """What became of it; where the service would say 503, try again as clients do."""
    from sqlalchemy.exc import DBAPIError

    from points_app.database.errors import TryAgain, is_unavailable
    from points_app.errors.exchange import OutOfStock
    from points_app.errors.points import InsufficientPoints

    while True:
        try:
            call()
        except (InsufficientPoints, OutOfStock) as refusal:
            return type(refusal).__name__
        except TryAgain:
            continue
        except DBAPIError as error:
            if not is_unavailable(error):
                raise
        else:
            return "won"


def prepare() -> None:
    """The tables, the first data, and a wheel on which nothing is won."""
    from flask_migrate import upgrade
    from sqlalchemy import text

    from points_app.database.session import db
    from points_app.services.operations import seeding

    with _inside():
        upgrade()
        seeding.load_first_data()
        with db.engine.begin() as connection:
            connection.execute(text("UPDATE lottery_settings SET probability = 0"))
            only = "UPDATE lottery_settings SET probability = 1 WHERE prize_type = 'empty'"
            connection.execute(text(only))


def make_guest(phone: str, points: int) -> int:
    """A guest with exactly so many points, all in the ledger."""
    from points_app.database.session import transactional
    from points_app.models.points import Source
    from points_app.services.accounts import phone_login
    from points_app.services.points import wallet

    @transactional
    def make() -> int:
        user_id = phone_login.find_or_create(phone).user_id
        change = points - wallet.balance_of(user_id)
        if change:
            wallet.book(user_id, wallet.Entry(change, Source.ADMIN, f"race:{phone}", "比赛"))
        return user_id

    with _inside():
        return make()


def make_product() -> int:
    """A product with STOCK pieces, its first stock noted."""
    from points_app.database.session import db, transactional
    from points_app.models.exchange import Product, StockMovement

    @transactional
    def make() -> int:
        product = Product(name="比赛", category="比赛", exchange_points=PRICE, stock=STOCK)
        db.session.add(product)
        db.session.flush()
        first = {"commodity_id": product.commodity_id, "operation": "first", "change": STOCK}
        db.session.add(StockMovement(**first))
        return product.commodity_id

    with _inside():
        return make()


def wallet_and_draws(user_id: int) -> tuple[int, int]:
    """What the database says of a guest."""
    return _two_numbers(
        "SELECT (SELECT total_points FROM users WHERE user_id = :id),"
        " (SELECT COUNT(*) FROM lottery_records WHERE user_id = :id)",
        user_id,
    )


def stock_and_orders(product_id: int) -> tuple[int, int]:
    """What the database says of a product."""
    return _two_numbers(
        "SELECT (SELECT stock FROM commodity_pool WHERE commodity_id = :id),"
        " (SELECT COUNT(*) FROM exchange_records WHERE commodity_id = :id)",
        product_id,
    )


def _two_numbers(query: str, key: int) -> tuple[int, int]:
    from sqlalchemy import text

    from points_app.database.session import db

    with _inside(), db.engine.connect() as connection:
        first, second = connection.execute(text(query), {"id": key}).one()
        return int(first), int(second)


def prove() -> int:
    """Offenders in the books after all races."""
    from points_app.services import proof
    from points_app.services.points import ledger_seals

    with _inside():
        ledger_seals.seal_all()
        return proof.prove(
            announce=lambda verdict: print(verdict.rule, verdict.offenders)
        ).offenders


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
