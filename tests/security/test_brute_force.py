"""One phone under attack by somebody with unlimited addresses, and a phone's owner in between."""

from datetime import UTC, datetime, timedelta

import pytest

from points_app.extensions import limiter
from points_app.services.accounts import phone_login, sms_codes
from points_app.services.accounts.sms_codes import (
    CODE_LIFE,
    CODES_A_DAY,
    CODES_FOR_FAMILIAR,
    RESEND_AFTER,
    SHARES,
    TRIES,
    UNITS_A_DAY,
)
from tests.queries import counted_queries
from tests.racing import race

PHONE = "13900000009"
CODES = 1_000_000  # six digits
HOME, OFFICE = "203.0.113.7", "203.0.113.8"


class Clock:
    """The time as `auth` has it; the tests move it on."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)  # half an hour before midnight

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(phone_login, "utcnow", clock)
    monkeypatch.setattr(sms_codes, "utcnow", clock)
    return clock


@pytest.fixture
def settings_override():
    """Each request comes from an address of its own, so that no limit per address is met."""
    return {"TRUSTED_PROXIES": "1"}


class Somebody:
    """Asks for codes of one phone and guesses at them, from whatever address."""

    def __init__(self, app, client, clock) -> None:
        self.app, self.client, self.clock = app, client, clock
        self.addresses = 0
        self.next_guess = 0
        self.judged = []  # (when, with how many living codes) a guess was compared

    def new_address(self) -> str:
        self.addresses += 1
        return f"100.{self.addresses >> 16}.{self.addresses >> 8 & 255}.{self.addresses & 255}"

    def _from(self, address, path, body):
        address = address or self.new_address()
        return self.client.post(path, body, headers={"X-Forwarded-For": address})

    def ask(self, address=None) -> bool:
        answer = self._from(address, "/api/auth/send-code", {"phone": PHONE})
        assert answer.status == 200, "a limit per address was met"
        return answer.code == 0

    def code(self) -> str:
        return self.app.extensions["parts"].sms.last(PHONE)

    def enter(self, code, address=None) -> int:
        return self._from(address, "/api/auth/login", {"phone": PHONE, "code": code}).code

    def guess(self, address=None) -> bool:
        """Whether a wrong guess was compared with a living code."""
        before = self._spent()
        assert self.enter(self._never_right(), address) == 1002
        units = self._spent() - before
        if units:
            self.judged.append((self.clock.now, units))
        return units > 0

    def _never_right(self) -> str:
        self.next_guess = (self.next_guess + 1) % CODES
        text = f"{self.next_guess:06d}"
        return text if text != self.code() else "999999"

    def _spent(self) -> int:
        from points_app.database.session import db
        from points_app.models.accounts import SmsCode

        with self.app.app_context(), db.engine.connect() as connection:
            guesses = connection.execute(db.select(SmsCode.guesses)).scalar() or []
        return sum(units for _, units, _ in guesses)


@pytest.fixture
def attacker(app, anonymous, clock):
    return Somebody(app, anonymous, clock)


@pytest.fixture
def owner(app, anonymous, clock):
    return Somebody(app, anonymous, clock)


@pytest.mark.parametrize("from_where", ["everywhere", "where it asked", "both"])
def test_the_chance_of_takeover_in_any_day(attacker, clock, from_where):
    """Three days of asking for codes as often as allowed and guessing until nothing is compared."""
    end = clock.now + timedelta(days=3)
    while clock.now < end:
        asked_from = attacker.new_address()
        asked = attacker.ask(asked_from)
        places = {"everywhere": [None], "where it asked": [asked_from]}
        for place in places.get(from_where, [None, asked_from]):
            while attacker.guess(place):
                pass
        clock.now += RESEND_AFTER if asked else timedelta(hours=1)
    busiest = max(
        sum(units for at, units in attacker.judged if start <= at < start + timedelta(days=1))
        for start, _ in attacker.judged
    )
    assert busiest <= UNITS_A_DAY
    assert busiest / CODES <= 0.00002
    if from_where == "both":
        assert busiest == SHARES["asker"] + SHARES["anybody"]  # the attack was a real one


def test_guesses_at_once_cost_no_less(app, attacker, clock):
    attacker.ask(HOME)
    body = {"phone": PHONE, "code": "wrong!"[:6]}
    headers = {"X-Forwarded-For": HOME}
    race([lambda: attacker.client.post("/api/auth/login", body, headers=headers)] * 16)
    assert attacker._spent() == TRIES


def test_midnight_gives_nobody_more_codes(attacker, clock):
    """Ten before midnight and ten after it would double what strangers may cost."""
    sent = 0
    for _ in range(60):
        sent += attacker.ask()
        clock.now += timedelta(minutes=2)
    assert clock.now.hour == 1 and sent == CODES_A_DAY


def test_strangers_cannot_kill_a_code(attacker, owner, clock):
    """However many guess from wherever, the owner's code works where it was asked for."""
    owner.ask(HOME)
    while attacker.guess():
        pass
    assert owner.enter(owner.code(), HOME) == 0


def test_strangers_who_ask_cannot_either(attacker, owner, clock):
    """A stranger uses up codes and guesses of everybody and of who asks; the owner has been here
    before, and gets a code and in."""
    owner.ask(HOME)
    assert owner.enter(owner.code(), HOME) == 0
    clock.now += RESEND_AFTER
    for _ in range(2 * CODES_A_DAY):
        place = attacker.new_address()
        attacker.ask(place)
        while attacker.guess(place):
            pass
        clock.now += RESEND_AFTER
    assert not attacker.ask()
    assert owner.ask(HOME)
    assert owner.enter(owner.code(), HOME) == 0


def test_a_familiar_network_has_a_limit_too(owner, clock):
    owner.ask(HOME)
    assert owner.enter(owner.code(), HOME) == 0
    sent = 1
    for _ in range(18):
        clock.now += RESEND_AFTER
        sent += owner.ask(HOME)
        if owner._spent() < UNITS_A_DAY:
            assert owner.guess(HOME)
    assert not owner.guess(HOME)
    assert sent == CODES_A_DAY + CODES_FOR_FAMILIAR
    assert sum(units for _, units in owner.judged) == UNITS_A_DAY


def test_another_network_than_the_one_that_asked_may_enter_the_code(owner, clock):
    owner.ask(HOME)
    assert owner.enter(owner.code(), OFFICE) == 0


def test_the_last_two_codes_live_and_one_login_ends_both(owner, clock):
    sent = []
    for _ in range(3):
        owner.ask(HOME)
        sent.append(owner.code())
        clock.now += RESEND_AFTER
    if len(set(sent)) == 3:
        assert owner.enter(sent[0], HOME) == 1002
        assert owner.enter(sent[1], HOME) == 0
        assert owner.enter(sent[2], HOME) == 1002


def test_each_code_has_its_own_five_minutes(owner, clock):
    owner.ask(HOME)
    first = owner.code()
    clock.now += CODE_LIFE - timedelta(seconds=10)
    owner.ask(HOME)
    clock.now += timedelta(seconds=10)
    if first != owner.code():
        assert owner.enter(first, HOME) == 1002
    assert owner.enter(owner.code(), HOME) == 0


def test_a_code_that_expired_is_not_judged(attacker, clock):
    attacker.ask(HOME)
    clock.now += CODE_LIFE
    assert not attacker.guess(HOME)


def test_codes_are_kept_as_keyed_hashes(app, anonymous, clock):
    from points_app.database.session import db
    from points_app.models.accounts import SmsCode

    anonymous.post("/api/auth/send-code", {"phone": PHONE}).ok()
    code = app.extensions["parts"].sms.last(PHONE)
    with app.app_context():
        row = db.session.query(SmsCode).one()
        hashes = [entry["hash"] for entry in row.codes]
        assert len(hashes) == 1 and code not in hashes[0][:6] and PHONE not in f"{row.codes}"
        assert HOME not in f"{row.codes}{row.familiar}"


def test_known_and_unknown_numbers_look_the_same(app, anonymous, make, monkeypatch):
    """The same answers, by the same statements: neither tells whether a number is a guest's."""
    monkeypatch.setattr(limiter, "enabled", False)
    known, unknown, banned = "13900000010", "13900000011", "13900000012"
    for phone, columns in ((known, {}), (banned, {"status": "banned"})):
        with app.app_context():
            make_account(phone, **columns)
    seen = {phone: traces(app, anonymous, phone) for phone in (known, unknown, banned)}
    assert seen[known] == seen[unknown] == seen[banned]


def make_account(phone, **columns):
    from points_app.database.session import db, transactional

    @transactional
    def create():
        user = phone_login.find_or_create(phone)
        for name, value in columns.items():
            setattr(user, name, value)
        db.session.flush()

    create()


def traces(app, client, phone):
    """The answers to a request for a code and to a wrong one, and the shape of what was asked of
    the database meanwhile."""
    found = []
    for path, body in (
        ("/api/auth/send-code", {"phone": phone}),
        ("/api/auth/send-code", {"phone": phone}),
        ("/api/auth/login", {"phone": phone, "code": "wrong"}),
    ):
        with app.app_context(), counted_queries() as statements:
            answer = client.post(path, body)
        shape = [statement for statement, _ in statements]
        data = answer.data and {**answer.data, "retry_after": 0}
        found.append((answer.status, answer.code, answer.msg, data, shape))
    return found
