"""Who hears what, through a real Redis and a real gunicorn."""

import json
import subprocess
import threading

import pytest
from redis import Redis
from websocket import create_connection

from points_app.notices import channels
from tests.frontend_page import MESSAGES, NOTICES, form
from tests.realtime.conftest import PATIENCE, Site, eventually, serve

POINTS = {"type": "points_update", "data": {"total_points": 7}}


def stock(product_id: int, left: int) -> dict[str, object]:
    return {"type": "stock_update", "data": {"product_id": product_id, "stock": left}}


def test_connected_is_the_contracts_message(site: Site) -> None:
    guest = site.guest()
    guest.say(type="ping")
    pong = guest.hear()
    assert set(pong) == {"type", "timestamp", "server_time"}
    assert isinstance(pong["timestamp"], int)
    assert pong["server_time"].endswith("Z")


def test_messages_that_are_no_notices_are_those_of_the_page(site: Site, redis: Redis) -> None:
    guest = site.guest()
    told = [guest.greeting]
    guest.say(type="ping")
    told.append(guest.hear())
    guest.say(type="unknown")
    told.append(guest.hear())
    channels.publish_resync(redis, channels.EVERYONE)
    told.append(guest.hear())
    examples = [message for message in MESSAGES if message not in NOTICES]
    assert {form(message) for message in examples} == {form(message) for message in told}


def test_two_devices_of_one_user_hear_the_same(site: Site, redis: Redis) -> None:
    phone, tablet, stranger = site.guest(1), site.guest(1), site.guest(2)
    channels.publish_user(redis, 1, POINTS)
    heard = phone.hear()
    assert heard == tablet.hear()
    assert heard["data"] == POINTS["data"]
    assert {"timestamp", "message_id", "seq"} <= set(heard)
    assert stranger.caught_up() == []


def test_root_path_serves_the_same(site: Site, redis: Redis) -> None:
    guest = site.guest()
    other = type(guest)(guest.url.replace("/ws?", "/?version=2&"))
    channels.publish_everyone(redis, {"type": "hello"})
    assert guest.hear() == other.hear()
    other.socket.shutdown()


def test_choosing_products(site: Site, redis: Redis) -> None:
    choosy, all_ears = site.guest(1), site.guest(2)
    choosy.say(type="subscribe_product", product_ids=[71])
    assert choosy.caught_up() == []
    for product_id in (72, 71):
        channels.publish_product(redis, product_id, stock(product_id, 5))
    assert [all_ears.hear()["data"]["product_id"] for _ in range(2)] == [72, 71]
    assert choosy.hear()["data"]["product_id"] == 71
    channels.publish_user(redis, 1, POINTS)
    channels.publish_everyone(redis, {"type": "hello"})
    assert [choosy.hear()["type"] for _ in range(2)] == ["points_update", "hello"]
    choosy.say(type="subscribe_products", product_ids=[])
    assert choosy.caught_up() == []
    channels.publish_product(redis, 73, stock(73, 5))
    assert choosy.hear()["data"]["product_id"] == 73


def test_a_flash_sale_is_thinned_and_ends_with_the_right_stock(site: Site, redis: Redis) -> None:
    guest = site.guest()
    for left in range(300, -1, -1):
        channels.publish_product(redis, 80, stock(80, left))
    heard = [guest.hear()["data"]["stock"]]
    while heard[-1] != 0:
        heard.append(guest.hear()["data"]["stock"])
    assert heard == sorted(heard, reverse=True)
    assert len(heard) < 150
    assert guest.caught_up() == []


def test_an_older_stock_never_follows_a_newer_one(site: Site, redis: Redis) -> None:
    guest = site.guest()
    assert channels.publish_product(redis, 90, stock(90, 4), version=2)
    assert not channels.publish_product(redis, 90, stock(90, 5), version=1)
    assert guest.hear()["data"]["stock"] == 4
    assert guest.caught_up() == []


def test_the_last_balance_is_the_newest(site: Site, redis: Redis) -> None:
    """Two bookings, 10 and then 30 points, of which the first is announced last."""
    guest = site.guest(34)
    for version, total, change in ((2, 40, 30), (1, 10, 10), (3, 0, -40)):
        data = {"total_points": total, "change_points": change}
        channels.publish_balance(redis, 34, {"type": "points_update", "data": data}, version)
    heard = [guest.hear()["data"] for _ in range(3)]
    assert [each["total_points"] for each in heard] == [40, 40, 0]
    assert [each["change_points"] for each in heard] == [30, 10, -40]


def test_reconnecting_with_since_brings_what_was_missed_once(site: Site, redis: Redis) -> None:
    seqs = [channels.publish_user(redis, 31, POINTS) for _ in range(4)]
    assert seqs == list(range(seqs[0], seqs[0] + 4))
    guest = site.guest(31, more=f"&since={seqs[0]}")
    assert [guest.hear()["seq"] for _ in range(3)] == seqs[1:]
    up_to_date = site.guest(31, more=f"&since={seqs[3]}")
    following = channels.publish_user(redis, 31, POINTS)
    assert guest.hear()["seq"] == up_to_date.hear()["seq"] == following == seqs[3] + 1


def test_since_that_is_no_longer_known_is_a_resync(site: Site, redis: Redis) -> None:
    first = channels.publish_user(redis, 32, POINTS)
    for _ in range(channels.REMEMBERED_NOTICES):
        channels.publish_user(redis, 32, POINTS)
    for since in (first, 0, 10**15, "x"):
        guest = site.guest(32, more=f"&since={since}")
        assert guest.hear()["type"] == "resync", since
        guest.socket.shutdown()


def test_nothing_is_lost_or_doubled_while_reconnecting(site: Site, redis: Redis) -> None:
    """Notices go on while guests come and go with `since`; each sees every number once."""
    last = channels.publish_user(redis, 33, POINTS)
    end = last + 200
    ahead = threading.Semaphore(channels.REMEMBERED_NOTICES - 1)

    def talk() -> None:
        for _ in range(200):
            ahead.acquire()
            channels.publish_user(redis, 33, POINTS)

    talker = threading.Thread(target=talk)
    talker.start()
    while last < end:
        guest = site.guest(33, more=f"&since={last}")
        for _ in range(min(7, end - last)):
            message = guest.hear()
            assert message.get("seq") == last + 1, message
            last += 1
            ahead.release()
        guest.socket.shutdown()
    talker.join()


def test_every_process_on_every_host_delivers(tmp_path, redis_url: str, redis: Redis) -> None:
    """Two servers that share nothing but Redis, one of them with two processes."""
    (tmp_path / "there").mkdir()
    with (
        serve(tmp_path, redis_url, workers=2) as here,
        serve(tmp_path / "there", redis_url) as there,
    ):
        guests = [site.guest(each) for each in range(1, 21) for site in (here, there)]
        assert eventually(lambda: len({here.vitals()["pid"] for _ in range(8)}) == 2)
        channels.publish_everyone(redis, {"type": "hello"})
        assert {guest.hear()["type"] for guest in guests} == {"hello"}
        channels.publish_user(redis, 7, POINTS)
        mine = [guest for guest in guests if "token=u7." in guest.url]
        assert [guest.hear()["type"] for guest in mine] == ["points_update"] * 2
        channels.publish_control(redis, {"close_user": 7, "code": 4401, "reason": "banned"})
        assert [guest.close_code() for guest in mine] == [4401] * 2


def test_bad_messages_get_an_error_and_the_socket_stays(site: Site) -> None:
    texts = ["{", "[" * 2000, "null", "[]", "{}", "7", "1e400", "true", '""', '"ping"', "[1]"]
    kinds = ("null", "7", "[]", '["ping"]', "{}", '{"type": "ping"}', "true", '"dance"')
    texts += [f'{{"type": {kind}}}' for kind in kinds]
    ids = ({}, {"a": 1}, "12", True, None, [[1]], [{}], [None], [10**40], [-1], [True], ["1"])
    ids += ([0], [1.5], list(range(1, 300)), 7)
    texts += [json.dumps({"type": "subscribe_products", "product_ids": each}) for each in ids]
    for user_id, text in enumerate([*texts, '{"type": "subscribe_product"}'], 100):
        guest = site.guest(user_id)
        guest.socket.send(text)
        error = guest.hear()
        assert (error["type"], error["code"]) == ("error", 9001), text
        assert guest.caught_up() == []
    assert "Traceback" not in site.log.read_text()


@pytest.mark.parametrize(
    ("offered", "chosen"), [(["points.v1"], "points.v1"), (["a", "b"], "a"), (None, None)]
)
def test_an_offered_subprotocol_is_taken(site: Site, offered, chosen) -> None:
    """Browsers close a connection on which they offered some and none was chosen."""
    socket = create_connection(site.url(), timeout=PATIENCE, subprotocols=offered)
    try:
        assert socket.getsubprotocol() == chosen
        assert json.loads(socket.recv())["type"] == "connected"
    finally:
        socket.shutdown()


def test_node_client(site: Site, redis: Redis, node_folder) -> None:
    script = (
        "import WebSocket from 'ws';"
        f"const ws = new WebSocket('{site.url(41)}');"
        "ws.on('message', (data) => { const m = JSON.parse(data); console.log(m.type);"
        " if (m.type === 'connected') ws.send('{\"type\":\"ping\"}');"
        " if (m.type === 'points_update') ws.close(1000); });"
        "ws.on('close', (code) => console.log(code, ws.extensions));"
    )
    (node_folder / "client.mjs").write_text(script)
    node = subprocess.Popen(
        ["node", "client.mjs"], cwd=node_folder, stdout=subprocess.PIPE, text=True
    )
    with node:
        assert node.stdout is not None
        assert [node.stdout.readline().strip() for _ in range(2)] == ["connected", "pong"]
        channels.publish_user(redis, 41, POINTS)
        assert node.stdout.readline().strip() == "points_update"
        assert node.stdout.readline().strip() == "1000"
