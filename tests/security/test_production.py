"""Production refuses to start with anything unsafe, and says everything at once."""

import base64
import secrets

import pytest

from points_app.config import ConfigurationError, Settings

SAFE = {
    "NODE_ENV": "production",
    "DATABASE_URL": "mysql://points:Zq8-4hhK@db.internal/points",
    "REDIS_URL": "redis://cache.internal:6379/0",
    "JWT_SECRET": secrets.token_urlsafe(48),
    "JWT_REFRESH_SECRET": secrets.token_urlsafe(48),
    "ENCRYPTION_KEY": secrets.token_hex(32),
    "SMS_PROVIDER": "aliyun",
    "SMS_ACCESS_KEY_ID": "id",
    "SMS_ACCESS_KEY_SECRET": "key",
    "SMS_SIGN_NAME": "店",
    "SMS_TEMPLATE_CODE": "SMS_1",
}


def problems(**changes: str) -> list[str]:
    with pytest.raises(ConfigurationError) as refused:
        Settings.from_env({**SAFE, **changes})
    return refused.value.problems


def test_a_safe_environment_starts():
    assert Settings.from_env(SAFE).is_production


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"JWT_SECRET": ""}, "JWT_SECRET is not set"),
        ({"JWT_SECRET": "q8fJ2kLx0pZr7vTn"}, "JWT_SECRET is too short"),
        ({"JWT_SECRET": "your-secret-key-q8fJ2kLx0pZr7vTn5cWy"}, "JWT_SECRET is too short or a d"),
        ({"JWT_SECRET": "abcd1234" * 5}, "JWT_SECRET is too short or a default"),
        ({"JWT_SECRET": "qwertyuiopasdfghjklzxcvbnm1234567890"}, "JWT_SECRET is too short or a d"),
        ({"JWT_SECRET": "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol."}, "JWT_SECRET is too short or a d"),
        ({"JWT_SECRET": "zyxwvutsrqponmlkjihgfedcba9876543210"}, "JWT_SECRET is too short or a d"),
        ({"JWT_REFRESH_SECRET": "x" * 64}, "JWT_REFRESH_SECRET is too short or a default"),
        ({"JWT_REFRESH_SECRET": SAFE["JWT_SECRET"]}, "must differ"),
        ({"JWT_SECRET": SAFE["ENCRYPTION_KEY"]}, "ENCRYPTION_KEY must differ"),
        ({"ENCRYPTION_KEY": "0123456789abcdef" * 4}, "ENCRYPTION_KEY is guessable"),
        ({"ENCRYPTION_KEY": "0" * 64}, "ENCRYPTION_KEY is guessable"),
        ({"ENCRYPTION_KEY": "ab12"}, "ENCRYPTION_KEY must be 64 hexadecimal digits"),
        ({"ENCRYPTION_KEY": ""}, "ENCRYPTION_KEY is not set"),
        ({"SMS_ACCEPT_ANY_CODE": "1"}, "SMS_ACCEPT_ANY_CODE"),
        ({"SMS_PROVIDER": "console"}, "SMS_PROVIDER"),
        ({"SMS_ACCESS_KEY_SECRET": ""}, "SMS_ACCESS_KEY_SECRET is not set"),
        ({"DATABASE_URL": "sqlite:///points.db"}, "SQLite"),
        ({"DATABASE_URL": "mysql://root@db.internal/points"}, "no password"),
        ({"DATABASE_URL": ""}, "DATABASE_URL is not set"),
        ({"FLASK_DEBUG": "1"}, "FLASK_DEBUG"),
        ({"CORS_ORIGINS": "*"}, "CORS_ORIGINS"),
        ({"DATABASE_URL": "postgres://a:b@c/d"}, "DATABASE_URL must start with mysql://"),
        ({"DATABASE_URL": "mysql+foo://points:p@h/x"}, "DATABASE_URL must start with mysql://"),
        ({"DATABASE_URL": "mysql://points:pa]ss[x@h/p"}, "DATABASE_URL cannot be read"),
        ({"DATABASE_URL": "mysql://points:pa#ss/x@h/p"}, "DATABASE_URL cannot be read"),
        ({"DATABASE_URL": "mysql://points:p@h:port/p"}, "DATABASE_URL cannot be read"),
        ({"DATABASE_URL": "mysql://points:p@h"}, "DATABASE_URL names no database"),
        ({"DATABASE_URL": "mysql://points:p@/p"}, "DATABASE_URL names no host"),
        ({"DATABASE_URL": "mysql://points:p@h/p?reconnect=true"}, "DATABASE_URL asks for reconnec"),
        ({"DATABASE_URL": "mysql://a:p@h/p?ssl-mode=VERIFY_CA&ssl-ca=/nix"}, "no such file"),
        ({"DATABASE_URL": "mysql://a:p@h/p?ssl-mode=MAYBE"}, "DATABASE_URL has ssl-mode=MAYBE"),
        ({"REDIS_URL": "redis://:pa]ss[@h/0"}, "REDIS_URL cannot be read"),
        ({"REDIS_URL": "redis://h:port/0"}, "REDIS_URL cannot be read"),
        ({"REDIS_URL": "redis:///0"}, "REDIS_URL names no host"),
        ({"PUBLIC_URL": "https://[bad"}, "PUBLIC_URL must look like"),
        ({"SEALOS_ENDPOINT": "storage.example.com"}, "SEALOS_ENDPOINT (or STORAGE_ENDPOINT) must"),
        ({"SMS_ENDPOINT": "http://[x"}, "SMS_ENDPOINT is wrong"),
        ({"SMS_ENDPOINT": "http://sms.example.com"}, "SMS_ENDPOINT is wrong"),
        ({"SENTRY_DSN": "foo"}, "SENTRY_DSN must look like"),
        ({"WEB_KEEPALIVE": "x"}, "WEB_KEEPALIVE"),
        ({"WEB_CONCURRENCY": "0"}, "WEB_CONCURRENCY"),
        ({"WORKER_METRICS_PORT": "x"}, "WORKER_METRICS_PORT"),
        ({"BEAT_SCHEDULE": "/nix/x"}, "BEAT_SCHEDULE must name a file in a folder"),
        ({"CORS_ORIGINS": "https://h5.example.com, null"}, "CORS_ORIGINS has null"),
        ({"CORS_ORIGINS": "https://h5.example.com/"}, "CORS_ORIGINS has https://h5.example.com/"),
        ({"CORS_ORIGINS": "http://h5.example.com"}, "CORS_ORIGINS has http://h5.example.com"),
        ({"CORS_ORIGINS": "H5.example.com"}, "CORS_ORIGINS has H5.example.com"),
        ({"APP_ENV": "development"}, "APP_ENV=development and NODE_ENV=production contradict"),
        ({"NODE_ENV": "test", "APP_ENV": "production"}, "contradict each other"),
        ({"PUBLIC_URL": "http://points.example"}, "PUBLIC_URL"),
        ({"TRUSTED_PROXIES": "many"}, "TRUSTED_PROXIES"),
    ],
)
def test_each_danger_is_named(changes, named):
    assert any(named in problem for problem in problems(**changes))


def test_everything_wrong_is_listed_at_once():
    """A variable that is missing or malformed does not hide what is wrong with the others."""
    found = problems(
        DATABASE_URL="sqlite:///points.db",
        REDIS_URL="",
        JWT_SECRET="short",
        JWT_REFRESH_SECRET="short",
        ENCRYPTION_KEY="ab12",
        SMS_PROVIDER="console",
        SMS_ACCEPT_ANY_CODE="1",
        FLASK_DEBUG="1",
        PORT="http",
    )
    for name in (
        "DATABASE_URL names SQLite",
        "REDIS_URL is not set",
        "JWT_SECRET is too short",
        "JWT_REFRESH_SECRET is too short",
        "JWT_SECRET and JWT_REFRESH_SECRET must differ",
        "ENCRYPTION_KEY must be 64",
        "SMS_PROVIDER",
        "SMS_ACCEPT_ANY_CODE",
        "FLASK_DEBUG",
        "PORT",
    ):
        assert any(problem.startswith(name) for problem in found), (name, found)
    assert len(found) == len(set(found))


def test_no_random_secret_is_refused():
    """Whatever the commands in the messages make."""
    for _ in range(2000):
        made = {
            "JWT_SECRET": base64.b64encode(secrets.token_bytes(48)).decode(),
            "JWT_REFRESH_SECRET": secrets.token_urlsafe(32),
            "ENCRYPTION_KEY": secrets.token_hex(32),
        }
        Settings.from_env({**SAFE, **made})


def test_no_problem_repeats_what_may_be_a_password():
    wrong = problems(
        DATABASE_URL="mysql://points:hun]ter2@h:port/p", REDIS_URL="redis://:hun]ter2@h:port/0"
    )
    assert len(wrong) >= 2 and "ter2" not in "".join(wrong)
