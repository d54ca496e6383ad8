"""One phone under attack by somebody with unlimited addresses, and a phone's owner in between."""

from datetime import UTC, datetime, timedelta

import pytest

from points_app.extensions import limiter
from points_app.services import auth
from points_app.services.auth import CODE_LIFE, CODES_A_DAY, RESEND_AFTER, TRIES
from tests.queries import counted_queries

PHONE = "13900000009"
CODES = 1_000_000  # six digits
# A code that was sent just before the 24 hours began may still be tried within them.
GUESSES_A_DAY = (CODES_A_DAY + 1) * TRIES


class Clock:
    """The time as `auth` has it; the tests move it on."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)  # half an hour before midnight

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(auth, "utcnow", clock)
    return clock


@pytest.fixture
def settings_override():
    """Each request comes from an address of its own, so that no limit per address is met."""
    return {"TRUSTED_PROXIES": "1"}


class Attacker:
    """Guesses at one phone, from a new address each time."""

    def __init__(self, app, client, clock) -> None:
        self.app, self.client, self.clock = app, client, clock
        self.addresses = 0
        self.next_guess = 0
        self.judged = []  # when a guess was compared with a code that was alive

    def _from_a_new_address(self, path, body):
        self.addresses += 1
        address = f"100.{self.addresses >> 16}.{self.addresses >> 8 & 255}.{self.addresses & 255}"
        return self.client.post(path, body, headers={"X-Forwarded-For": address})

    def ask(self) -> bool:
        answer = self._from_a_new_address("/api/auth/send-code", {"phone": PHONE})
        assert answer.status == 200, "the attacker met a limit per address"
        return answer.code == 0

    def guess(self, code=None) -> bool:
        """Whether the guess was one against a living code."""
        wrong = self._never_right()
        before = self._tries_left()
        answer = self._from_a_new_address("/api/auth/login", {"phone": PHONE, "code": wrong})
        assert (answer.status, answer.code) == (200, 1002)
        if self._tries_left() == before:
            return False
        self.judged.append(self.clock.now)
        return True

    def _never_right(self) -> str:
        """The next number; never the code itself, so that the attack goes on."""
        self.next_guess = (self.next_guess + 1) % CODES
        text = f"{self.next_guess:06d}"
        return text if text != self.app.extensions["parts"].sms.codes.get(PHONE) else "999999"

    def _tries_left(self) -> int:
        from points_app.db import db
        from points_app.models import SmsCode

        with self.app.app_context(), db.engine.connect() as connection:
            return connection.execute(db.select(SmsCode.tries_left)).scalar() or 0


def test_the_chance_of_takeover_in_any_day(app, anonymous, clock):
    """Three days of asking for codes as often as allowed and guessing until nothing is judged."""
    attacker = Attacker(app, anonymous, clock)
    end = clock.now + timedelta(days=3)
    while clock.now < end:
        if attacker.ask():
            while attacker.guess():
                pass
            clock.now += RESEND_AFTER
        else:
            assert not attacker.guess()
            clock.now += timedelta(hours=1)
    judged = attacker.judged
    busiest = max(
        sum(start <= moment < start + timedelta(days=1) for moment in judged) for start in judged
    )
    assert busiest <= GUESSES_A_DAY
    assert len(judged) >= 3 * CODES_A_DAY * TRIES  # the attack was a real one
    assert busiest / CODES <= 0.000055


def test_midnight_gives_nobody_more_codes(app, anonymous, clock):
    """Ten before midnight and ten after it would double the chance."""
    attacker = Attacker(app, anonymous, clock)
    sent = 0
    for _ in range(60):
        sent += attacker.ask()
        clock.now += timedelta(minutes=2)
    assert clock.now.hour == 1 and sent == CODES_A_DAY


def test_a_code_sent_again_ends_the_one_before(app, anonymous, clock):
    attacker = Attacker(app, anonymous, clock)
    attacker.ask()
    first = app.extensions["parts"].sms.last(PHONE)
    clock.now += RESEND_AFTER
    attacker.ask()
    second = app.extensions["parts"].sms.last(PHONE)
    if first != second:
        assert anonymous.post("/api/auth/login", {"phone": PHONE, "code": first}).code == 1002
    anonymous.post("/api/auth/login", {"phone": PHONE, "code": second}).ok()


def test_the_owner_gets_in_between_the_guesses(app, anonymous, clock):
    """Wrong guesses cost the attacker tries; the owner's code of the moment works until they are
    used up, and a minute later there is a new one."""
    attacker = Attacker(app, anonymous, clock)
    attacker.ask()
    for _ in range(TRIES - 1):
        assert attacker.guess()
    code = app.extensions["parts"].sms.last(PHONE)
    anonymous.post("/api/auth/login", {"phone": PHONE, "code": code}).ok()


def test_a_code_that_expired_is_not_judged(app, anonymous, clock):
    attacker = Attacker(app, anonymous, clock)
    attacker.ask()
    clock.now += CODE_LIFE
    assert not attacker.guess()


def test_codes_are_kept_as_keyed_hashes(app, anonymous, clock):
    from points_app.db import db
    from points_app.models import SmsCode

    anonymous.post("/api/auth/send-code", {"phone": PHONE}).ok()
    code = app.extensions["parts"].sms.last(PHONE)
    with app.app_context():
        row = db.session.query(SmsCode).one()
        kept = f"{row.mobile_hash}{row.code_hash}{row.sent_times}"
        assert code not in kept.replace(str(row.sent_times), "") and PHONE not in kept


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
    from points_app.db import db, transactional

    @transactional
    def create():
        user = auth.find_or_create(phone)
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
