"""A change of the encryption key while guests go on using the service."""

import pytest

from points_app.crypto import SealBroken
from points_app.database.session import db
from points_app.models.accounts import MerchantApplication, User
from points_app.models.exchange import Order
from points_app.services.privacy.encrypted_columns import SEALED
from tests.client import ApiClient
from tests.security.changing_keys import (
    DELIVERY,
    NEW_KEY,
    PHONE,
    log_in,
    rotate,
)
from tests.security.changing_keys import old_data as old_data
from tests.security.changing_keys import other_app as other_app


def sealed_with(app):
    """The key ids in use, by column."""
    with app.app_context():
        from points_app.services.privacy import key_rotation

        return {column: set(counts) for column, counts in key_rotation.state().items()}


def test_everything_is_sealed_again_and_the_old_key_can_go(other_app, old_data):
    guest, old_key = old_data
    both = other_app(NEW_KEY, old_key)
    done = rotate(both, "--batch", "1")
    assert done.exit_code == 0, done.output
    assert "users.mobile: 1 of" in done.stderr
    only_new = other_app(NEW_KEY)
    new_id = only_new.extensions["parts"].vault.current.id
    assert sealed_with(only_new) == {sealed.name: {new_id} for sealed in SEALED}
    again = ApiClient(only_new, guest.token, guest.user_id)
    info = again.get("/api/auth/verify-token").ok()["user_info"]
    assert (info["user_id"], info["mobile"]) == (guest.user_id, "139****2222")
    (order,) = again.get("/api/exchange/records").ok()["records"]
    assert order["delivery_info"] == DELIVERY
    with only_new.app_context():
        application = db.session.query(MerchantApplication).one()
        vault = only_new.extensions["parts"].vault
        assert vault.open(application.contact_phone, application.phone_row) == PHONE


def test_a_guest_finds_the_account_before_during_and_after(other_app, old_data, app):
    guest, old_key = old_data
    prepared = other_app(old_key, NEW_KEY)  # reads what the new key will write
    both = other_app(NEW_KEY, old_key)

    def finds(one):
        with one.app_context():
            db.session.execute(db.text("UPDATE sms_codes SET sent_at = NULL"))
            db.session.commit()
        return log_in(one).user_id == guest.user_id

    assert finds(prepared) and finds(both)
    assert rotate(both).exit_code == 0
    assert finds(both) and finds(prepared) and finds(other_app(NEW_KEY))


def test_a_stopped_rotation_goes_on(other_app, old_data, make):
    """Half of the users are sealed with the new key already."""
    _, old_key = old_data
    make.guest()
    both = other_app(NEW_KEY, old_key)
    with both.app_context():
        vault = both.extensions["parts"].vault
        user = db.session.query(User).order_by(User.user_id.desc()).first()
        phone = vault.open(user.mobile, user.mobile_row)
        user.mobile_hash = vault.blind_index(phone)
        user.mobile = vault.seal(phone, user.mobile_row)
        db.session.commit()
    assert "users.mobile: 1 sealed again" in rotate(both).output
    assert "users.mobile: 0 sealed again" in rotate(both).output


def test_a_change_during_the_rotation_is_kept(other_app, old_data, monkeypatch):
    """The row is changed between reading and rewriting it: the change stays, the next run seals."""
    from points_app.services.privacy import key_rotation

    _, old_key = old_data
    both = other_app(NEW_KEY, old_key)
    vault = both.extensions["parts"].vault
    read = key_rotation._next_rows

    def read_then_change(sealed, last, batch):
        rows = read(sealed, last, batch)
        if sealed.name == "exchange_records.delivery_info" and rows:
            order = db.session.query(Order).one()
            order.delivery_info = vault.seal('"变更"', order.delivery_row)
            db.session.commit()
        return rows

    monkeypatch.setattr(key_rotation, "_next_rows", read_then_change)
    assert "exchange_records.delivery_info: 0 sealed again" in rotate(both).output
    with both.app_context():
        order = db.session.query(Order).one()
        assert vault.open(order.delivery_info, order.delivery_row) == '"变更"'


def test_a_row_no_key_opens_is_named(other_app, old_data):
    """The key was never noted: the rows came from somewhere else."""
    guest, old_key = old_data
    both = other_app(NEW_KEY, old_key)
    with both.app_context():
        user = db.session.query(User).one()
        user.mobile = user.mobile[:-4] + ("AAAA" if user.mobile[-4:] != "AAAA" else "BBBB")
        db.session.commit()
    refused = rotate(both)
    assert refused.exit_code == 1 and "users.mobile" in refused.output
    assert "139" not in refused.output.replace(f"[{guest.user_id}]", "")


def test_status_counts_by_key(app, old_data):
    shown = app.test_cli_runner().invoke(args=["crypto", "status"]).output
    assert f"users.mobile: {app.extensions['parts'].vault.current.id}: 1" in shown


def test_a_sealed_value_opens_nowhere_else(app, old_data):
    """Copied to another row, or changed in any place, it is refused."""
    vault = app.extensions["parts"].vault
    with app.app_context():
        user = db.session.query(User).one()
        sealed, row = user.mobile, user.mobile_row
    for place in range(0, len(sealed), 7):
        other = "A" if sealed[place] != "A" else "B"
        with pytest.raises(SealBroken):
            vault.open(sealed[:place] + other + sealed[place + 1 :], row)
    with pytest.raises(SealBroken):
        vault.open(sealed, "users.mobile:" + "0" * 64)


def test_sealing_twice_never_gives_the_same(app):
    vault = app.extensions["parts"].vault
    assert len({vault.seal(PHONE, "row") for _ in range(200)}) == 200


def test_every_sealed_column_is_known_to_the_rotation():
    """Whatever the code seals is bound to a row of one of the declared columns."""
    from pathlib import Path

    import points_app

    root = Path(points_app.__file__).parent
    bindings = set()
    for file in (root / "models").glob("*.py"):
        for line in file.read_text().splitlines():
            if 'return f"' in line and ":{self." in line:
                bindings.add(line.split('f"')[1].split(":")[0])
    assert bindings == {sealed.name for sealed in SEALED}
