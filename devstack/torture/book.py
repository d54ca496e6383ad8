"""The crowd's own book: every write that was acknowledged, as its client was told."""

import threading
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class DrawTold:
    user_id: int
    turns: int
    cost: int
    won: int


@dataclass(frozen=True)
class OrderTold:
    user_id: int
    product_id: int
    quantity: int
    cost: int


@dataclass(frozen=True)
class UploadTold:
    user_id: int
    cents: int


@dataclass(frozen=True)
class ReviewTold:
    status: str
    points: int


@dataclass
class Book:
    """Facts by the id the service gave them. Safe to write from many threads."""

    welcomed: set[int] = field(default_factory=set)
    draws: dict[str, DrawTold] = field(default_factory=dict)
    orders: dict[str, OrderTold] = field(default_factory=dict)
    cancelled: set[str] = field(default_factory=set)
    uploads: dict[str, UploadTold] = field(default_factory=dict)
    reviews: dict[str, ReviewTold] = field(default_factory=dict)
    operations: dict[int, tuple[int, int]] = field(default_factory=dict)
    restocked: Counter[int] = field(default_factory=Counter)
    maybe_restocked: Counter[int] = field(default_factory=Counter)
    open_orders: list[str] = field(default_factory=list)
    outcomes: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    unsettled: list[str] = field(default_factory=list)
    contradictions: list[str] = field(default_factory=list)
    retries: Counter[str] = field(default_factory=Counter)
    cuts: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def operation_count(self) -> int:
        """Operations whose outcome is known."""
        return sum(sum(codes.values()) for codes in list(self.outcomes.values()))

    @property
    def write_count(self) -> int:
        """Writes that were acknowledged."""
        facts = (
            self.welcomed,
            self.draws,
            self.orders,
            self.cancelled,
            self.uploads,
            self.reviews,
            self.operations,
        )
        return sum(map(len, facts)) + sum(self.restocked.values())

    def note(self, what: str, code: int) -> None:
        """One more operation with a known outcome."""
        with self.lock:
            self.outcomes[what][code] += 1

    def tell(self, facts: dict[Any, Any], key: Any, fact: Any) -> None:
        """Write down a fact; the same id told twice must be told the same."""
        with self.lock:
            if facts.setdefault(key, fact) != fact:
                self.contradictions.append(f"{key}: told {facts[key]}, then {fact}")
