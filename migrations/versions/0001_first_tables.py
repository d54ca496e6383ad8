"""Every table, constraint and index of the contract, and our own."""

import sqlalchemy as sa
from alembic import op

from migrations import columns

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "commodity_pool",
        sa.Column("commodity_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("category", sa.String(length=50), nullable=False),
        sa.Column("exchange_points", sa.Integer(), nullable=False),
        sa.Column("stock", sa.Integer(), nullable=False),
        sa.Column("stock_version", sa.Integer(), nullable=False),
        sa.Column("image", sa.String(length=255), nullable=True),
        sa.Column("status", columns.ascii_code(16), nullable=False),
        sa.Column("is_hot", sa.Boolean(), nullable=False),
        sa.Column("sort_order", sa.Integer(), nullable=False),
        sa.Column("rating", sa.Numeric(precision=3, scale=2), nullable=False),
        sa.Column("sales_count", sa.Integer(), nullable=False),
        sa.Column("created_at", columns.utc_time, nullable=False),
        sa.Column("updated_at", columns.utc_time, nullable=False),
        sa.CheckConstraint(
            "status IN ('active', 'inactive')", name=op.f("ck_commodity_pool_status_known")
        ),
        sa.CheckConstraint(
            "exchange_points > 0", name=op.f("ck_commodity_pool_exchange_points_positive")
        ),
        sa.CheckConstraint(
            "sales_count >= 0", name=op.f("ck_commodity_pool_sales_count_not_negative")
        ),
        sa.CheckConstraint("stock >= 0", name=op.f("ck_commodity_pool_stock_not_negative")),
        sa.PrimaryKeyConstraint("commodity_id", name=op.f("pk_commodity_pool")),
    )
    op.create_index(
        "ix_commodity_pool_status_category",
        "commodity_pool",
        ["status", "category", "sort_order"],
        unique=False,
    )
    op.create_index(
        "ix_commodity_pool_status_sales",
        "commodity_pool",
        ["status", "sales_count", "commodity_id"],
        unique=False,
    )
    op.create_index(
        "ix_commodity_pool_status_stock",
        "commodity_pool",
        ["status", "stock", "commodity_id"],
        unique=False,
    )
    op.create_index(
        "ix_commodity_pool_updated_at",
        "commodity_pool",
        ["updated_at"],
        unique=False,
    )
    op.create_index(
        "ix_commodity_pool_status_sort",
        "commodity_pool",
        ["status", "sort_order", "commodity_id"],
        unique=False,
    )
    op.create_table(
        "lottery_settings",
        sa.Column("prize_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("prize_name", sa.String(length=100), nullable=False),
        sa.Column("prize_type", columns.ascii_code(16), nullable=False),
        sa.Column("prize_value", sa.Numeric(precision=10, scale=2), nullable=False),
        sa.Column("angle", sa.Integer(), nullable=False),
        sa.Column("color", columns.ascii_code(7), nullable=False),
        sa.Column("probability", sa.Numeric(precision=6, scale=4), nullable=False),
        sa.Column("is_activity", sa.Boolean(), nullable=False),
        sa.Column("daily_limit", sa.Integer(), nullable=False),
        sa.Column("total_limit", sa.Integer(), nullable=False),
        sa.Column("stock", sa.Integer(), nullable=False),
        sa.Column("sort_order", sa.Integer(), nullable=False),
        sa.Column("status", columns.ascii_code(16), nullable=False),
        sa.CheckConstraint(
            "prize_type IN ('points', 'coupon', 'physical', 'empty')",
            name=op.f("ck_lottery_settings_prize_type_known"),
        ),
        sa.CheckConstraint(
            "status IN ('active', 'inactive')", name=op.f("ck_lottery_settings_status_known")
        ),
        sa.CheckConstraint(
            "angle >= 0 AND angle <= 359", name=op.f("ck_lottery_settings_angle_in_circle")
        ),
        sa.CheckConstraint(
            "daily_limit >= 0 AND total_limit >= 0",
            name=op.f("ck_lottery_settings_limits_not_negative"),
        ),
        sa.CheckConstraint(
            "probability >= 0 AND probability <= 1",
            name=op.f("ck_lottery_settings_probability_in_0_1"),
        ),
        sa.CheckConstraint("stock >= -1", name=op.f("ck_lottery_settings_stock_not_negative")),
        sa.PrimaryKeyConstraint("prize_id", name=op.f("pk_lottery_settings")),
    )
    op.create_table(
        "sms_codes",
        sa.Column("mobile_hash", columns.ascii_code(64), nullable=False),
        sa.Column("code_hash", columns.ascii_code(64), nullable=True),
        sa.Column("tries_left", sa.Integer(), nullable=False),
        sa.Column("sent_at", columns.utc_time, nullable=True),
        sa.Column("sent_times", sa.JSON(), nullable=False),
        sa.CheckConstraint("tries_left >= 0", name=op.f("ck_sms_codes_tries_left_not_negative")),
        sa.PrimaryKeyConstraint("mobile_hash", name=op.f("pk_sms_codes")),
    )
    op.create_table(
        "users",
        sa.Column("user_id", columns.big_int, autoincrement=True, nullable=False),
        sa.Column("mobile", columns.ascii_code(255), nullable=False),
        sa.Column("mobile_hash", columns.ascii_code(64), nullable=False),
        sa.Column("total_points", columns.big_int, nullable=False),
        sa.Column("is_merchant", sa.Boolean(), nullable=False),
        sa.Column("is_admin", sa.Boolean(), nullable=False),
        sa.Column("nickname", sa.String(length=50), nullable=False),
        sa.Column("avatar", sa.String(length=255), nullable=True),
        sa.Column("wx_openid", columns.ascii_code(64), nullable=True),
        sa.Column("device_info", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("last_login", columns.utc_time, nullable=True),
        sa.Column("status", columns.ascii_code(16), nullable=False),
        sa.Column("welcome_held", sa.Boolean(), nullable=False),
        sa.Column("erased_at", columns.utc_time, nullable=True),
        sa.Column("created_at", columns.utc_time, nullable=False),
        sa.Column("updated_at", columns.utc_time, nullable=False),
        sa.CheckConstraint("status IN ('active', 'banned')", name=op.f("ck_users_status_known")),
        sa.CheckConstraint("total_points >= 0", name=op.f("ck_users_total_points_not_negative")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_users")),
        sa.UniqueConstraint("mobile_hash", name=op.f("uq_users_mobile_hash")),
        sa.UniqueConstraint("wx_openid", name=op.f("uq_users_wx_openid")),
    )
    op.create_table(
        "system_configs",
        sa.Column("config_key", columns.ascii_code(64), nullable=False),
        sa.Column("config_value", sa.String(length=1000), nullable=False),
        sa.Column("config_type", columns.ascii_code(16), nullable=False),
        sa.Column("description", sa.String(length=255), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("updated_at", columns.utc_time, nullable=False),
        sa.Column("updated_by", columns.big_int, nullable=True),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["users.user_id"], name=op.f("fk_system_configs_updated_by")
        ),
        sa.PrimaryKeyConstraint("config_key", name=op.f("pk_system_configs")),
    )
    op.create_table(
        "audit_log",
        sa.Column("id", columns.big_int, autoincrement=True, nullable=False),
        sa.Column("actor_id", columns.big_int, nullable=True),
        sa.Column("action", columns.ascii_code(40), nullable=False),
        sa.Column("target", columns.ascii_code(80), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("created_at", columns.utc_time, nullable=False),
        sa.Column("previous_hash", columns.ascii_code(64), nullable=False),
        sa.Column("hash", columns.ascii_code(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["users.user_id"], name=op.f("fk_audit_log_actor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_log")),
        sa.UniqueConstraint("previous_hash", name=op.f("uq_audit_log_previous_hash")),
    )
    op.create_index("ix_audit_log_actor_id_id", "audit_log", ["actor_id", "id"], unique=False)
    op.create_index("ix_audit_log_target", "audit_log", ["target", "id"], unique=False)
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entries", columns.big_int, nullable=False),
        sa.Column("hash", columns.ascii_code(64), nullable=False),
        sa.Column("signature", columns.ascii_code(80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "first_logins",
        sa.Column("user_id", columns.big_int, nullable=False),
        sa.Column("device_hash", columns.ascii_code(64), nullable=True),
        sa.Column("network_hash", columns.ascii_code(64), nullable=True),
        sa.Column("created_at", columns.utc_time, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.user_id"], name=op.f("fk_first_logins_user_id")
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_first_logins")),
    )
    op.create_index(
        op.f("ix_first_logins_created_at"), "first_logins", ["created_at"], unique=False
    )
    op.create_index(
        op.f("ix_first_logins_device_hash"), "first_logins", ["device_hash"], unique=False
    )
    op.create_index(
        "ix_first_logins_network", "first_logins", ["network_hash", "created_at"], unique=False
    )
    op.create_table(
        "auth_sessions",
        sa.Column("session_id", columns.ascii_code(26), nullable=False),
        sa.Column("user_id", columns.big_int, nullable=False),
        sa.Column("created_at", columns.utc_time, nullable=False),
        sa.Column("expires_at", columns.utc_time, nullable=False),
        sa.Column("revoked_at", columns.utc_time, nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.user_id"], name=op.f("fk_auth_sessions_user_id")
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_auth_sessions")),
    )
    op.create_index(
        op.f("ix_auth_sessions_expires_at"), "auth_sessions", ["expires_at"], unique=False
    )
    op.create_index(op.f("ix_auth_sessions_user_id"), "auth_sessions", ["user_id"], unique=False)
    op.create_table(
        "check_ins",
        sa.Column("user_id", columns.big_int, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("consecutive_days", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "consecutive_days > 0", name=op.f("ck_check_ins_consecutive_days_positive")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name=op.f("fk_check_ins_user_id")),
        sa.PrimaryKeyConstraint("user_id", "day", name=op.f("pk_check_ins")),
    )
    op.create_table(
        "error_logs",
        sa.Column("id", columns.big_int, autoincrement=True, nullable=False),
        sa.Column("user_id", columns.big_int, nullable=True),
        sa.Column("message", sa.String(length=2048), nullable=False),
        sa.Column("stack", columns.long_text, nullable=True),
        sa.Column("page", sa.String(length=255), nullable=True),
        sa.Column("client_info", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("created_at", columns.utc_time, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name=op.f("fk_error_logs_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_error_logs")),
    )
    op.create_index(op.f("ix_error_logs_created_at"), "error_logs", ["created_at"], unique=False)
    op.create_table(
        "exchange_records",
        sa.Column("id", columns.big_int, autoincrement=True, nullable=False),
        sa.Column("user_id", columns.big_int, nullable=False),
        sa.Column("commodity_id", sa.Integer(), nullable=False),
        sa.Column("order_id", columns.ascii_code(50), nullable=False),
        sa.Column("product_name", sa.String(length=100), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("points_cost", sa.Integer(), nullable=False),
        sa.Column("status", columns.ascii_code(16), nullable=False),
        sa.Column("pickup_code", columns.ascii_code(16), nullable=False),
        sa.Column("delivery_info", sa.Text(), nullable=True),
        sa.Column("remark", sa.String(length=255), nullable=True),
        sa.Column("imported", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("exchange_time", columns.utc_time, nullable=False),
        sa.Column("completed_time", columns.utc_time, nullable=True),
        sa.CheckConstraint(
            "status IN ('pending', 'shipped', 'completed', 'cancelled')",
            name=op.f("ck_exchange_records_status_known"),
        ),
        sa.CheckConstraint(
            "points_cost > 0", name=op.f("ck_exchange_records_points_cost_positive")
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_exchange_records_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.user_id"], name=op.f("fk_exchange_records_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_records")),
        sa.UniqueConstraint("order_id", name=op.f("uq_exchange_records_order_id")),
        sa.UniqueConstraint("pickup_code", name=op.f("uq_exchange_records_pickup_code")),
    )
    op.create_index(
        "ix_exchange_records_commodity_id", "exchange_records", ["commodity_id"], unique=False
    )
    op.create_index(
        "ix_exchange_records_status_id", "exchange_records", ["status", "id"], unique=False
    )
    op.create_index(
        "ix_exchange_records_user_id_id", "exchange_records", ["user_id", "id"], unique=False
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("id", columns.big_int, autoincrement=True, nullable=False),
        sa.Column("user_id", columns.big_int, nullable=False),
        sa.Column("key", columns.ascii_code(128), nullable=False),
        sa.Column("fingerprint", columns.ascii_code(64), nullable=False),
        sa.Column("answer", columns.long_text, nullable=True),
        sa.Column("created_at", columns.utc_time, nullable=False),
        sa.Column("related_id", columns.ascii_code(64), nullable=True),
        sa.Column("answering_until", columns.utc_time, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotency_keys")),
        sa.UniqueConstraint("user_id", "key", name=op.f("uq_idempotency_keys_user_id_key")),
    )
    op.create_index(
        op.f("ix_idempotency_keys_created_at"), "idempotency_keys", ["created_at"], unique=False
    )
    op.create_table(
        "lottery_records",
        sa.Column("id", columns.big_int, autoincrement=True, nullable=False),
        sa.Column("draw_id", columns.ascii_code(50), nullable=False),
        sa.Column("draw_sequence", sa.Integer(), nullable=False),
        sa.Column("user_id", columns.big_int, nullable=False),
        sa.Column("prize_id", sa.Integer(), nullable=False),
        sa.Column("prize_name", sa.String(length=100), nullable=False),
        sa.Column("prize_type", columns.ascii_code(16), nullable=False),
        sa.Column("prize_value", sa.Numeric(precision=10, scale=2), nullable=False),
        sa.Column("angle", sa.Integer(), nullable=False),
        sa.Column("draw_type", columns.ascii_code(16), nullable=False),
        sa.Column("is_near_miss", sa.Boolean(), nullable=False),
        sa.Column("points_cost", sa.Integer(), nullable=False),
        sa.Column("status", columns.ascii_code(16), nullable=True),
        sa.Column("claim_code", columns.ascii_code(16), nullable=True),
        sa.Column("imported", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("claimed_at", columns.utc_time, nullable=True),
        sa.Column("created_at", columns.utc_time, nullable=False),
        sa.CheckConstraint(
            "points_cost >= 0", name=op.f("ck_lottery_records_points_cost_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["prize_id"], ["lottery_settings.prize_id"], name=op.f("fk_lottery_records_prize_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.user_id"], name=op.f("fk_lottery_records_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lottery_records")),
        sa.UniqueConstraint("claim_code", name=op.f("uq_lottery_records_claim_code")),
        sa.UniqueConstraint(
            "draw_id", "draw_sequence", name=op.f("uq_lottery_records_draw_id_draw_sequence")
        ),
    )
    op.create_index(
        "ix_lottery_records_counts",
        "lottery_records",
        ["user_id", "created_at", "prize_type", "prize_id"],
        unique=False,
    )
    op.create_index(
        "ix_lottery_records_user_id_id", "lottery_records", ["user_id", "id"], unique=False
    )
    op.create_table(
        "merchant_applications",
        sa.Column("id", columns.big_int, autoincrement=True, nullable=False),
        sa.Column("application_id", columns.ascii_code(50), nullable=False),
        sa.Column("user_id", columns.big_int, nullable=False),
        sa.Column("pending_user_id", columns.big_int, nullable=True),
        sa.Column("business_name", sa.String(length=100), nullable=False),
        sa.Column("contact_person", sa.String(length=50), nullable=False),
        sa.Column("contact_phone", columns.ascii_code(255), nullable=False),
        sa.Column("business_license", sa.String(length=100), nullable=True),
        sa.Column("business_address", sa.String(length=255), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("status", columns.ascii_code(16), nullable=False),
        sa.Column("decided_by", columns.big_int, nullable=True),
        sa.Column("decision_reason", sa.String(length=500), nullable=True),
        sa.Column("applied_at", columns.utc_time, nullable=False),
        sa.Column("decided_at", columns.utc_time, nullable=True),
        sa.CheckConstraint(
            "status IN ('pending', 'approved', 'rejected')",
            name=op.f("ck_merchant_applications_status_known"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["users.user_id"], name=op.f("fk_merchant_applications_decided_by")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.user_id"], name=op.f("fk_merchant_applications_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merchant_applications")),
        sa.UniqueConstraint("application_id", name=op.f("uq_merchant_applications_application_id")),
        sa.UniqueConstraint(
            "pending_user_id", name=op.f("uq_merchant_applications_pending_user_id")
        ),
    )
    op.create_index(
        "ix_merchant_applications_status", "merchant_applications", ["status", "id"], unique=False
    )
    op.create_index(
        op.f("ix_merchant_applications_user_id"), "merchant_applications", ["user_id"], unique=False
    )
    op.create_table(
        "performance_metrics",
        sa.Column("id", columns.big_int, autoincrement=True, nullable=False),
        sa.Column("user_id", columns.big_int, nullable=False),
        sa.Column("api_response_time", sa.Double(), nullable=True),
        sa.Column("canvas_render_fps", sa.Double(), nullable=True),
        sa.Column("page_load_time", sa.Double(), nullable=True),
        sa.Column("memory_usage", sa.Double(), nullable=True),
        sa.Column("error_rate", sa.Double(), nullable=True),
        sa.Column("client_info", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("created_at", columns.utc_time, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.user_id"], name=op.f("fk_performance_metrics_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_performance_metrics")),
    )
    op.create_index(
        op.f("ix_performance_metrics_created_at"),
        "performance_metrics",
        ["created_at"],
        unique=False,
    )
    op.create_table(
        "photo_reviews",
        sa.Column("review_id", columns.big_int, autoincrement=True, nullable=False),
        sa.Column("upload_id", columns.ascii_code(50), nullable=False),
        sa.Column("user_id", columns.big_int, nullable=False),
        sa.Column("object_key", columns.ascii_code(255), nullable=False),
        sa.Column("is_stored", sa.Boolean(), nullable=False),
        sa.Column("picture_deleted_at", columns.utc_time, nullable=True),
        sa.Column("sha256", columns.ascii_code(64), nullable=False),
        sa.Column("claimed_sha256", columns.ascii_code(64), nullable=True),
        sa.Column("pixel_sha256", columns.ascii_code(64), nullable=False),
        sa.Column("claimed_pixel_sha256", columns.ascii_code(64), nullable=True),
        sa.Column("perceptual_hash", columns.ascii_code(64), nullable=False),
        sa.Column("input_amount", sa.Numeric(precision=10, scale=2), nullable=True),
        sa.Column("recognized_amount", sa.Numeric(precision=10, scale=2), nullable=True),
        sa.Column("match_status", columns.ascii_code(16), nullable=False),
        sa.Column("points_awarded", sa.Integer(), nullable=False),
        sa.Column("confidence", columns.ascii_code(8), nullable=True),
        sa.Column("merchant_name", sa.String(length=100), nullable=True),
        sa.Column("receipt_number", sa.String(length=64), nullable=True),
        sa.Column("receipt_time", columns.ascii_code(19), nullable=True),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("reading", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("processing_status", columns.ascii_code(16), nullable=False),
        sa.Column("processing_attempts", sa.Integer(), nullable=False),
        sa.Column("processing_deadline", columns.utc_time, nullable=True),
        sa.Column("processed_at", columns.utc_time, nullable=True),
        sa.Column("review_status", columns.ascii_code(16), nullable=False),
        sa.Column("review_reason", sa.String(length=500), nullable=True),
        sa.Column("reviewer_id", columns.big_int, nullable=True),
        sa.Column("first_approver_id", columns.big_int, nullable=True),
        sa.Column("auto_review", columns.ascii_code(16), nullable=True),
        sa.Column("appeal_reason", sa.String(length=500), nullable=True),
        sa.Column("appealed_at", columns.utc_time, nullable=True),
        sa.Column("imported", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("upload_time", columns.utc_time, nullable=False),
        sa.Column("review_time", columns.utc_time, nullable=True),
        sa.CheckConstraint(
            "auto_review IN ('approved', 'sampled', 'agreed', 'overruled')",
            name=op.f("ck_photo_reviews_auto_review_known"),
        ),
        sa.CheckConstraint(
            "match_status IN ('unclear', 'matched', 'mismatched')",
            name=op.f("ck_photo_reviews_match_status_known"),
        ),
        sa.CheckConstraint(
            "processing_status IN ('queued', 'processing', 'done', 'failed')",
            name=op.f("ck_photo_reviews_processing_status_known"),
        ),
        sa.CheckConstraint(
            "review_status IN ('pending', 'approved', 'rejected')",
            name=op.f("ck_photo_reviews_review_status_known"),
        ),
        sa.CheckConstraint(
            "points_awarded >= 0", name=op.f("ck_photo_reviews_points_awarded_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["first_approver_id"],
            ["users.user_id"],
            name=op.f("fk_photo_reviews_first_approver_id"),
        ),
        sa.ForeignKeyConstraint(
            ["reviewer_id"], ["users.user_id"], name=op.f("fk_photo_reviews_reviewer_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.user_id"], name=op.f("fk_photo_reviews_user_id")
        ),
        sa.PrimaryKeyConstraint("review_id", name=op.f("pk_photo_reviews")),
        sa.UniqueConstraint(
            "claimed_pixel_sha256", name=op.f("uq_photo_reviews_claimed_pixel_sha256")
        ),
        sa.UniqueConstraint("claimed_sha256", name=op.f("uq_photo_reviews_claimed_sha256")),
        sa.UniqueConstraint("upload_id", name=op.f("uq_photo_reviews_upload_id")),
    )
    op.create_index(
        "ix_photo_reviews_facts",
        "photo_reviews",
        ["recognized_amount", "receipt_time"],
        unique=False,
    )
    op.create_index("ix_photo_reviews_auto_review", "photo_reviews", ["auto_review"], unique=False)
    op.create_index(
        op.f("ix_photo_reviews_receipt_number"), "photo_reviews", ["receipt_number"], unique=False
    )
    op.create_index(
        op.f("ix_photo_reviews_receipt_time"), "photo_reviews", ["receipt_time"], unique=False
    )
    op.create_index(
        op.f("ix_photo_reviews_pixel_sha256"), "photo_reviews", ["pixel_sha256"], unique=False
    )
    op.create_index(
        "ix_photo_reviews_processing",
        "photo_reviews",
        ["processing_status", "processing_deadline"],
        unique=False,
    )
    op.create_index(
        "ix_photo_reviews_review_status",
        "photo_reviews",
        ["review_status", "review_id"],
        unique=False,
    )
    op.create_index(
        "ix_photo_reviews_reviewed",
        "photo_reviews",
        ["review_time", "review_status", "points_awarded", "upload_time"],
        unique=False,
    )
    op.create_index(
        "ix_photo_reviews_reviewer_id",
        "photo_reviews",
        ["reviewer_id", "review_time"],
        unique=False,
    )
    op.create_index(
        "ix_photo_reviews_stored", "photo_reviews", ["is_stored", "review_time"], unique=False
    )
    op.create_index(op.f("ix_photo_reviews_sha256"), "photo_reviews", ["sha256"], unique=False)
    op.create_index(
        "ix_photo_reviews_user_id_review_id",
        "photo_reviews",
        ["user_id", "review_id"],
        unique=False,
    )
    op.create_table(
        "ledger_seals",
        sa.Column("id", columns.big_int, autoincrement=False, nullable=False),
        sa.Column("previous", columns.ascii_code(48), nullable=False),
        sa.Column("digest", columns.ascii_code(48), nullable=False),
        sa.Column("entries", columns.long_text, nullable=False),
        sa.Column("entry_count", sa.Integer(), nullable=False),
        sa.Column("sealed_at", columns.utc_time, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_seals")),
        sa.UniqueConstraint("digest", name=op.f("uq_ledger_seals_digest")),
    )
    op.create_index(op.f("ix_ledger_seals_sealed_at"), "ledger_seals", ["sealed_at"], unique=False)
    op.create_table(
        "proof_runs",
        sa.Column("id", columns.big_int, autoincrement=True, nullable=False),
        sa.Column("started_at", columns.utc_time, nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("since", columns.utc_time, nullable=True),
        sa.Column("rows_checked", columns.big_int, nullable=False),
        sa.Column("offender_count", sa.Integer(), nullable=False),
        sa.Column("verdicts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proof_runs")),
    )
    op.create_index(op.f("ix_proof_runs_started_at"), "proof_runs", ["started_at"], unique=False)
    op.create_table(
        "points_records",
        sa.Column("id", columns.big_int, autoincrement=True, nullable=False),
        sa.Column("user_id", columns.big_int, nullable=False),
        sa.Column("type", columns.ascii_code(8), nullable=False),
        sa.Column("points", columns.big_int, nullable=False),
        sa.Column("description", sa.String(length=255), nullable=False),
        sa.Column("source", columns.ascii_code(20), nullable=False),
        sa.Column("balance_after", columns.big_int, nullable=False),
        sa.Column("related_id", columns.ascii_code(64), nullable=False),
        sa.Column("created_at", columns.utc_time, nullable=False),
        sa.Column("mac", columns.ascii_code(48), nullable=False),
        sa.Column("seal_id", columns.big_int, nullable=True),
        sa.CheckConstraint(
            "(type = 'earn' AND points > 0) OR (type = 'spend' AND points < 0)",
            name=op.f("ck_points_records_type_is_the_sign_of_points"),
        ),
        sa.CheckConstraint(
            "balance_after >= 0", name=op.f("ck_points_records_balance_after_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["seal_id"], ["ledger_seals.id"], name=op.f("fk_points_records_seal_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.user_id"], name=op.f("fk_points_records_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_points_records")),
        sa.UniqueConstraint(
            "source", "related_id", name=op.f("uq_points_records_source_related_id")
        ),
    )
    op.create_index(
        "ix_points_records_sums",
        "points_records",
        ["user_id", "source", "points", "created_at"],
        unique=False,
    )
    op.create_index(
        "ix_points_records_user_id_id", "points_records", ["user_id", "id"], unique=False
    )
    op.create_index("ix_points_records_seal_id", "points_records", ["seal_id"], unique=False)
    op.create_table(
        "prize_counts",
        sa.Column("prize_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("given", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["prize_id"], ["lottery_settings.prize_id"], name=op.f("fk_prize_counts_prize_id")
        ),
        sa.PrimaryKeyConstraint("prize_id", "day", name=op.f("pk_prize_counts")),
    )
    op.create_table(
        "stock_movements",
        sa.Column("id", columns.big_int, autoincrement=True, nullable=False),
        sa.Column("commodity_id", sa.Integer(), nullable=False),
        sa.Column("operation", columns.ascii_code(16), nullable=False),
        sa.Column("change", sa.Integer(), nullable=False),
        sa.Column("actor_id", columns.big_int, nullable=True),
        sa.Column("created_at", columns.utc_time, nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["users.user_id"], name=op.f("fk_stock_movements_actor_id")
        ),
        sa.ForeignKeyConstraint(
            ["commodity_id"],
            ["commodity_pool.commodity_id"],
            name=op.f("fk_stock_movements_commodity_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_movements")),
    )
    op.create_index(
        "ix_stock_movements_commodity_id_id",
        "stock_movements",
        ["commodity_id", "id"],
        unique=False,
    )
    op.create_table(
        "refresh_tokens",
        sa.Column("jti", columns.ascii_code(26), nullable=False),
        sa.Column("session_id", columns.ascii_code(26), nullable=False),
        sa.Column("expires_at", columns.utc_time, nullable=False),
        sa.Column("retired_at", columns.utc_time, nullable=True),
        sa.Column("grace_used", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["auth_sessions.session_id"],
            name=op.f("fk_refresh_tokens_session_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("jti", name=op.f("pk_refresh_tokens")),
    )
    op.create_index("ix_refresh_tokens_session", "refresh_tokens", ["session_id"], unique=False)
    op.create_table(
        "staged_pictures",
        sa.Column("upload_id", columns.ascii_code(50), nullable=False),
        sa.Column("content", columns.picture, nullable=False),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["photo_reviews.upload_id"], name=op.f("fk_staged_pictures_upload_id")
        ),
        sa.PrimaryKeyConstraint("upload_id", name=op.f("pk_staged_pictures")),
    )
    op.create_table(
        "picture_bands",
        sa.Column("band_key", columns.big_int, autoincrement=False, nullable=False),
        sa.Column("review_id", columns.big_int, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["review_id"], ["photo_reviews.review_id"], name=op.f("fk_picture_bands_review_id")
        ),
        sa.PrimaryKeyConstraint("band_key", "review_id", name=op.f("pk_picture_bands")),
    )


def downgrade() -> None:
    op.drop_table("picture_bands")
    op.drop_table("staged_pictures")
    op.drop_table("refresh_tokens")
    op.drop_table("stock_movements")
    op.drop_table("prize_counts")
    op.drop_table("points_records")
    op.drop_table("proof_runs")
    op.drop_table("ledger_seals")
    op.drop_table("photo_reviews")
    op.drop_table("performance_metrics")
    op.drop_table("merchant_applications")
    op.drop_table("lottery_records")
    op.drop_table("idempotency_keys")
    op.drop_table("exchange_records")
    op.drop_table("error_logs")
    op.drop_table("check_ins")
    op.drop_table("auth_sessions")
    op.drop_table("first_logins")
    op.drop_table("audit_head")
    op.drop_table("audit_log")
    op.drop_table("system_configs")
    op.drop_table("users")
    op.drop_table("sms_codes")
    op.drop_table("lottery_settings")
    op.drop_table("commodity_pool")
