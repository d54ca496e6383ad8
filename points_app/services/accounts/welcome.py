"""The welcome points of a new guest, and when they have to wait.

Many new accounts from one device or one address may be somebody collecting welcome points, or a
family with one phone, or a full restaurant behind one Wi-Fi. So nobody is refused: beyond the
shop's limits the points are held until the guest's first approved receipt, which every real guest
can show and a collector cannot make by the dozen.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any

from sqlalchemy import func, insert, select, update

from points_app.database.session import execute, utcnow
from points_app.extensions import parts
from points_app.models.accounts import FirstLogin, User
from points_app.models.points import Source
from points_app.services import locks
from points_app.services.points import wallet
from points_app.services.settings.business import business

log = logging.getLogger(__name__)

A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Origin:
    """From where an account is made: the id its device gives itself, and the network's address."""

    device: str | None = None
    network: str | None = None


def greet(user_id: int, origin: Origin) -> None:
    """Book the new guest's welcome points, or hold them. Runs in the caller's transaction and locks
    the wallet. Simultaneous first logins do not see each other: the limits hold but for those."""
    now = utcnow()
    crowded = _is_crowded(origin, now)
    row = {
        "user_id": user_id,
        "device_hash": _hashes("device", origin.device)[-1],
        "network_hash": _hashes("network", _public(origin.network))[-1],
        "created_at": now,
    }
    execute(insert(FirstLogin), row)
    if crowded:
        log.warning("welcome_points_held", extra={"user_id": user_id, "because": crowded})
        locks.reach(locks.Rank.WALLET, user_id)
        execute(update(User).where(User.user_id == user_id).values(welcome_held=True))
    else:
        _book(user_id)


def release(user_id: int) -> None:
    """Book welcome points that were held, once. Inside a transaction; locks the wallet."""
    locks.reach(locks.Rank.WALLET, user_id)
    held = (User.user_id == user_id, User.welcome_held.is_(True))
    if execute(update(User).where(*held).values(welcome_held=False)).rowcount:
        _book(user_id)


def _book(user_id: int) -> None:
    points = business().new_user_points
    if points:
        wallet.book(user_id, wallet.Entry(points, Source.REGISTER, str(user_id), "新用户注册奖励"))


def _is_crowded(origin: Origin, now: datetime) -> str | None:
    """`device` or `network` when it has made its share of accounts already."""
    per_device, per_network = business().welcome_per_device, business().welcome_per_network_day
    device, network = origin.device, _public(origin.network)
    if per_device and device:
        same_device = FirstLogin.device_hash.in_(_hashes("device", device))
        if _count(same_device) >= per_device:
            return "device"
    if per_network and network:
        same_network = FirstLogin.network_hash.in_(_hashes("network", network))
        if _count(same_network, FirstLogin.created_at > now - A_DAY) >= per_network:
            return "network"
    return None


def _count(*which: Any) -> int:
    return execute(select(func.count()).select_from(FirstLogin).where(*which)).scalar_one()


def _public(network: str | None) -> str | None:
    """The address if it is one of the Internet. A private one belongs to a proxy in front of all
    guests, and says nothing about who is behind it."""
    try:
        return network if network and ip_address(network).is_global else None
    except ValueError:
        return None


def _hashes(kind: str, text: str | None) -> list[Any]:
    """Keyed hashes under every known key, today's last; [None] for nothing."""
    return parts.vault.blind_indexes(f"{kind}:{text}") if text else [None]
