"""What must be true of the books after any workload, on either server's tables."""

from collections.abc import Mapping

import pymysql

_BOTH = {
    "a wallet is the sum of its ledger": """
        SELECT u.user_id FROM users u
        LEFT JOIN (SELECT user_id, SUM(points) total FROM points_records GROUP BY user_id) l
        USING (user_id) WHERE u.total_points <> COALESCE(l.total, 0)""",
    "stock plus pieces sold is what there was": """
        SELECT p.commodity_id FROM commodity_pool p
        LEFT JOIN (SELECT commodity_id, SUM(quantity) sold FROM exchange_records
                   GROUP BY commodity_id) o USING (commodity_id)
        WHERE p.sales_count <> COALESCE(o.sold, 0)
           OR p.stock + COALESCE(o.sold, 0) NOT IN (0, %(stock)s)""",
    "every draw was paid for": """
        SELECT draw_id FROM
          (SELECT draw_id, SUM(points_cost) cost FROM lottery_records GROUP BY draw_id) d
        LEFT JOIN (SELECT related_id, -points paid FROM points_records WHERE source = 'lottery') l
        ON l.related_id = d.draw_id WHERE COALESCE(paid, 0) <> cost""",
    "every payment for a draw has its turns": """
        SELECT l.related_id FROM points_records l
        LEFT JOIN lottery_records d ON d.draw_id = l.related_id
        WHERE l.source = 'lottery' AND d.draw_id IS NULL""",
    "every order was paid for": """
        SELECT order_id FROM exchange_records o
        LEFT JOIN points_records l ON l.source = 'exchange' AND l.related_id = o.order_id
        WHERE COALESCE(-l.points, 0) <> o.points_cost""",
    "every won point was credited": """
        SELECT draw_id FROM
          (SELECT draw_id, SUM(prize_value) won FROM lottery_records
           WHERE prize_type = 'points' GROUP BY draw_id) d
        LEFT JOIN (SELECT related_id, points FROM points_records WHERE source = 'lottery_win') l
        ON l.related_id = d.draw_id WHERE COALESCE(l.points, 0) <> won""",
}
_OURS = _BOTH | {
    "the chain of balances is unbroken": """
        SELECT id FROM (SELECT id, balance_after, SUM(points) OVER
          (PARTITION BY user_id ORDER BY id) running FROM points_records) c
        WHERE balance_after <> running""",
}
INVARIANTS: Mapping[str, Mapping[str, str]] = {"points": _OURS, "peer": _BOTH}


class BooksWrong(Exception):
    """An invariant does not hold; the text says which and where."""


def connect(port: int, database: str | None = None) -> pymysql.Connection:
    """A connection to the server of the measurement."""
    return pymysql.connect(host="127.0.0.1", port=port, user="root", database=database)


def check(port: int, database: str, stock: int) -> int:
    """Check every invariant of `database`; returns how many. Raises BooksWrong."""
    with connect(port, database) as connection, connection.cursor() as cursor:
        for name, query in INVARIANTS[database].items():
            cursor.execute(f"{query} LIMIT 3", {"stock": stock})
            wrong = [row[0] for row in cursor.fetchall()]
            if wrong:
                raise BooksWrong(f"{database}: not so: {name}; see {wrong}")
    return len(INVARIANTS[database])


def written(port: int, database: str) -> int:
    """Rows that successful writes leave behind, whatever the workload."""
    tables = ("points_records", "photo_reviews", "auth_sessions")
    with connect(port, database) as connection, connection.cursor() as cursor:
        cursor.execute("SHOW TABLES")
        known = {row[0] for row in cursor.fetchall()}
        total = 0
        for table in known.intersection(tables):
            cursor.execute(f"SELECT COUNT(*) FROM {table}")
            total += cursor.fetchone()[0]
    return total
