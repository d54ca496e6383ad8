"""bin/serve's default database: the races about points and stock, and the main ways through, again.

One writer at a time stands in for row locks there, which is another proof than MariaDB's.
"""

import pytest

from tests.http.conftest import login  # noqa: F401
from tests.http.test_auth import (  # noqa: F401
    test_claims_of_the_access_token,
    test_no_second_code_within_a_minute,
    test_the_first_login_creates_the_guest_with_the_welcome_points,
)
from tests.http.test_exchange import (  # noqa: F401
    test_every_page_together_is_the_whole_catalogue_once,
    test_out_of_stock_changes_nothing,
    test_redeem,
    test_too_few_points_changes_nothing,
)
from tests.http.test_idempotency import (  # noqa: F401
    test_a_refusal_is_the_answer_too,
    test_a_replay_is_the_first_answer_byte_for_byte,
    test_the_same_key_for_something_else,
)
from tests.http.test_lottery import (  # noqa: F401
    test_a_prize_that_is_used_up_becomes_the_likeliest_empty_one,
    test_draw_types,
    test_the_daily_limit_counts_turns,
    test_too_few_points,
)
from tests.http.test_photo import (  # noqa: F401
    test_a_picture_is_taken_once,
    test_the_answer_before_it_is_read,
)
from tests.test_concurrency import (  # noqa: F401
    settings_override,
    test_50_check_ins_at_once_pay_once,
    test_50_redeems_of_5_in_stock,
    test_200_draws_with_points_for_7,
    test_a_receipt_is_decided_once,
    test_limited_prizes_are_given_as_often_as_they_exist,
    test_one_guest_buys_and_draws_at_once,
    test_points_taken_by_many_hands_never_go_below_zero,
    test_simultaneous_requests_with_one_key_have_one_effect,
    test_the_same_picture_at_once_is_one_receipt,
    test_two_first_logins_make_one_guest_and_one_bonus,
    test_two_refreshes_of_one_token,
)
from tests.worker.conftest import deliver  # noqa: F401
from tests.worker.test_receipts import (  # noqa: F401
    dies_reading,
    test_a_decision_taken_meanwhile_keeps_its_points,
    test_a_message_that_comes_twice_changes_nothing,
    test_a_picture_that_kills_workers_goes_to_the_merchant_unread,
    test_a_worker_that_died_is_replaced_after_its_lease,
    upload,
)

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True, scope="session")


def test_this_is_sqlite(app):
    assert app.config["SETTINGS"].database_url.startswith("sqlite:///")
