"""The wheel from the merchant's side: seen and replaced as a whole."""

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from points_app.database.session import db, transactional
from points_app.errors.base import InvalidInput
from points_app.models.lottery import Prize, PrizeStatus, PrizeType
from points_app.services import forms, locks
from points_app.services.audit import trail
from points_app.services.lottery.prizes import note_change
from points_app.wire.lottery import wheel_editor as wire

UNLIMITED = -1
COLUMNS = {"name": "prize_name", "type": "prize_type", "value": "prize_value"}


def wheel() -> wire.ShopWheel:
    """The active prizes by angle."""
    return _shown(db.session.scalars(select(Prize).where(Prize.status == PrizeStatus.ACTIVE.value)))


def _shown(prizes: Iterable[Prize]) -> wire.ShopWheel:
    active = [prize for prize in prizes if prize.status == PrizeStatus.ACTIVE]
    active.sort(key=lambda prize: (prize.angle, prize.prize_id))
    shown = [wire.shop_prize(prize) for prize in active]
    return {"prizes": shown, "version": forms.version(shown)}


@transactional
def replace(
    merchant_id: int, prizes: Sequence[dict[str, Any]], version: str | None = None
) -> wire.ShopWheel:
    """Put exactly these prizes on the wheel: known ones (`id`) change, others are new, and who is
    missing leaves it. Prizes already won keep their names and values. Audited as a whole.

    Without the `version` of the wheel that was shown, known prizes keep the stock they have. Locks
    every prize by ascending id. Raises InvalidInput for what makes no wheel, and FormChanged when
    `version` is no longer the wheel's.
    """
    _check(prizes)
    known = {prize.prize_id: prize for prize in locks.prizes()}
    forms.check(version, _shown(known.values())["prizes"])
    staying = {fields["id"] for fields in prizes}
    for prize_id, prize in known.items():
        prize.status = PrizeStatus.ACTIVE if prize_id in staying else PrizeStatus.INACTIVE
    put = [_put(known, place, fields, version) for place, fields in enumerate(prizes)]
    _check_consolation(put)
    db.session.flush()
    note_change()
    after = _shown(put)
    trail.record(merchant_id, "wheel.replace", "wheel", {"prizes": after["prizes"]})
    return after


def _put(known: dict[int, Prize], place: int, fields: dict[str, Any], version: str | None) -> Prize:
    """The prize these fields change or make."""
    columns = {COLUMNS.get(name, name): value for name, value in fields.items() if name != "id"}
    keeps_stock = columns["stock"] is None
    if fields["id"] is None:
        prize = Prize(**columns | ({"stock": UNLIMITED} if keeps_stock else {}))
        db.session.add(prize)
    elif fields["id"] in known:
        prize = known[fields["id"]]
        keeps_stock = keeps_stock or version is None
        for name, value in columns.items():
            if name != "stock" or not keeps_stock:
                setattr(prize, name, value)
    else:
        raise InvalidInput.of(f"prizes.{place}.id", "no such prize")
    prize.sort_order = place
    return prize


def _check(prizes: Sequence[dict[str, Any]]) -> None:
    """The rules between fields. Raises InvalidInput."""
    total = sum((fields["probability"] for fields in prizes), Decimal(0))
    if total != 1:
        raise InvalidInput.of("prizes", f"the probabilities sum to {total.normalize():f}, not to 1")
    for name in ("id", "angle"):
        counts = Counter(fields[name] for fields in prizes if fields[name] is not None)
        if counts and max(counts.values()) > 1:
            raise InvalidInput.of("prizes", f"two prizes have the same {name}")
    for place, fields in enumerate(prizes):
        value = fields["value"]
        if fields["type"] == PrizeType.POINTS and (value < 1 or value != int(value)):
            raise InvalidInput.of(f"prizes.{place}.value", "points are whole numbers from 1")


def _check_consolation(active: Sequence[Prize]) -> None:
    """What runs out is replaced by the empty prize, so that there must be one. Raises
    InvalidInput."""
    may_run_out = any(
        prize.stock != UNLIMITED or prize.daily_limit or prize.total_limit for prize in active
    )
    if may_run_out and all(prize.prize_type != PrizeType.EMPTY for prize in active):
        message = "a prize that can run out needs an empty prize that stands in for it"
        raise InvalidInput.of("prizes", message)
