"""Every setting of the service: one typed object read once from the environment.

`.env.example` explains each variable to operators. Business settings that a shop changes while the
service runs (cost of a draw, receipt rate, ...) live in the table `system_configs` instead.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from secrets import token_hex, token_urlsafe
from typing import Any, Literal, Self
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from points_app import addresses, redis_url
from points_app.guessable import is_guessable

MIN_SECRET_LENGTH = 32


class ConfigurationError(Exception):
    """The environment cannot run this service; the text lists everything wrong at once."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        listing = "\n".join(f"  - {problem}" for problem in problems)
        super().__init__(f"the configuration has {len(problems)} problem(s):\n{listing}")


class Settings(BaseModel):
    """Process-wide settings. Attribute names are the environment's names in lower case."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    app_env: Literal["development", "test", "production"] = "production"
    port: int = Field(3000, ge=1, le=65535)
    public_url: str = ""
    cors_origins: str = ""
    trusted_proxies: int = Field(0, ge=0, le=10)
    debug: bool = Field(False, alias="flask_debug")

    database_url: str
    db_pool_size: int = Field(32, ge=1, le=500)
    db_read_timeout: int = Field(60, ge=1)
    redis_url: str

    jwt_secret: str
    jwt_refresh_secret: str
    encryption_key: str = Field(pattern=r"^[0-9a-fA-F]{64}$")
    encryption_keys_old: str = Field("", pattern=r"^([0-9a-fA-F]{64}(,[0-9a-fA-F]{64})*)?$")

    sealos_endpoint: str = ""
    sealos_internal_endpoint: str = ""
    sealos_bucket: str = ""
    sealos_access_key: str = ""
    sealos_secret_key: str = ""
    sealos_region: str = "us-east-1"
    storage_endpoint_override: str = Field("", alias="storage_endpoint")
    storage_dir: Path = Path(".data/storage")

    sms_provider: Literal["console", "aliyun", "tencent"] = "console"
    sms_access_key_id: str = ""
    sms_access_key_secret: str = ""
    sms_sign_name: str = ""
    sms_template_code: str = ""
    sms_sdk_app_id: str = ""
    sms_region: str = ""
    sms_endpoint: str = ""
    sms_accept_any_code: bool = False

    ocr_api_key: str = ""
    ocr_secret_key: str = ""
    ocr_endpoint: str = "https://aip.baidubce.com"
    reading_engine: str = "paddle"

    rate_limit_api: int = Field(60, ge=1)
    rate_limit_api_ip: int = Field(600, ge=1)
    rate_limit_draw: int = Field(3, ge=1)
    rate_limit_login_ip: int = Field(60, ge=1)
    rate_limit_codes_ip: int = Field(300, ge=1)
    rate_limit_codes_all: int = Field(3000, ge=1)

    upload_wait_seconds: float = Field(8.0, ge=0, le=20)
    # The servers' own configurations read these by themselves; here they are checked.
    ws_port: int | None = Field(None, ge=1, le=65535)
    worker_metrics_port: int | None = Field(None, ge=1, le=65535)
    web_concurrency: int = Field(2, ge=1, le=256)
    web_keepalive: int = Field(75, ge=1, le=3600)
    beat_schedule: Path = Path("beat-schedule")
    web_threads: int = Field(32, ge=2, le=512)
    body_seconds: float = Field(60.0, ge=1, le=3600)
    decode_memory_mb: int = Field(800, ge=128, le=4096)
    max_sockets: int = Field(10_000, ge=1)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["auto", "json", "console"] = "auto"
    metrics_token: str = ""
    sentry_dsn: str = ""

    @property
    def is_production(self) -> bool:
        return self.app_env == "production"

    @property
    def storage_endpoint(self) -> str:
        """The S3 endpoint: the external one in production, the internal one otherwise."""
        if self.storage_endpoint_override:
            return self.storage_endpoint_override
        if self.is_production:
            return self.sealos_endpoint
        return self.sealos_internal_endpoint or self.sealos_endpoint

    @property
    def origins(self) -> frozenset[str]:
        """The web pages that may call the API, by CORS_ORIGINS."""
        return frozenset(filter(None, (each.strip() for each in self.cors_origins.split(","))))

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Read and check the environment.

        Raises ConfigurationError naming every missing, malformed or unsafe variable.
        """
        values: dict[str, Any] = {k.lower(): v for k, v in environ.items() if v != ""}
        values.setdefault("app_env", values.get("node_env", "production"))
        values["database_url"] = _database_url(values)
        given = {key: value for key, value in values.items() if value is not None}
        try:
            settings, problems = cls.model_validate(given), []
        except ValidationError as error:
            problems = [_explain(item) for item in error.errors()]
            settings = cls.model_validate(_patched(given, error))
        problems += _contradictions(values)
        problems += unsafe(settings) if settings.is_production else []
        problems += _incomplete(settings) + _no_origins(settings) + _wrong_addresses(settings)
        if problems:
            raise ConfigurationError(problems)
        return settings


def _contradictions(values: Mapping[str, Any]) -> list[str]:
    """Two names for one thing of which one says production."""
    said = {name: values[name] for name in ("app_env", "node_env") if name in values}
    if len(set(said.values())) > 1 and "production" in said.values():
        listed = " and ".join(f"{name.upper()}={text}" for name, text in said.items())
        return [f"{listed} contradict each other: set one of them"]
    return []


def _patched(given: dict[str, Any], error: ValidationError) -> dict[str, Any]:
    """The same values with stand-ins for those at fault, so that the rest can be checked too."""
    broken = {str(item["loc"][0]) for item in error.errors()}
    stand_ins = {
        "database_url": "mysql+pymysql://stand:in@host/points",
        "redis_url": "redis://host",
        "jwt_secret": token_urlsafe(48),
        "jwt_refresh_secret": token_urlsafe(48),
        "encryption_key": token_hex(32),
    }
    sound = {key: value for key, value in given.items() if key not in broken}
    return {key: text for key, text in stand_ins.items() if key in broken} | sound


def _database_url(values: Mapping[str, Any]) -> str | None:
    """DATABASE_URL in SQLAlchemy's spelling, or one made of the customer's DB_* variables."""
    url = values.get("database_url")
    if url:
        return f"mysql+pymysql://{url[8:]}" if url.startswith("mysql://") else url
    if not values.get("db_host"):
        return None
    user = quote(values.get("db_user", "root"), safe="")
    password = quote(values.get("db_password", ""), safe="")
    host, port = values["db_host"], values.get("db_port", "3306")
    return f"mysql+pymysql://{user}:{password}@{host}:{port}/{values.get('db_name', 'points')}"


def _explain(item: Any) -> str:
    name = str(item["loc"][0]).upper()
    if item["type"] == "missing":
        hint = " (or DB_HOST, DB_USER, DB_PASSWORD, DB_NAME)" if name == "DATABASE_URL" else ""
        return f"{name} is not set{hint}"
    if name in {"ENCRYPTION_KEY", "ENCRYPTION_KEYS_OLD"}:
        return f"{name} must be 64 hexadecimal digits: openssl rand -hex 32"
    return f"{name}: {item['msg']}"


def unsafe(settings: Settings) -> list[str]:
    """What production refuses to run with."""
    problems = []
    secrets = {"JWT_SECRET": settings.jwt_secret, "JWT_REFRESH_SECRET": settings.jwt_refresh_secret}
    for name, secret in secrets.items():
        if len(secret) < MIN_SECRET_LENGTH or is_guessable(secret):
            problems.append(f"{name} is too short or a default: use openssl rand -base64 48")
    if settings.jwt_secret == settings.jwt_refresh_secret:
        problems.append("JWT_SECRET and JWT_REFRESH_SECRET must differ")
    if is_guessable(settings.encryption_key):
        problems.append("ENCRYPTION_KEY is guessable: use openssl rand -hex 32")
    if settings.encryption_key.lower() in {secret.lower() for secret in secrets.values()}:
        problems.append("ENCRYPTION_KEY must differ from the JWT secrets")
    if settings.sms_accept_any_code:
        problems.append("SMS_ACCEPT_ANY_CODE=1 lets anyone log in as anyone: unset it")
    if settings.sms_provider == "console":
        problems.append("SMS_PROVIDER must be aliyun or tencent")
    if settings.is_sqlite:
        problems.append("DATABASE_URL names SQLite: production needs MySQL or MariaDB")
    elif not addresses.has_password(settings.database_url):
        problems.append("DATABASE_URL (or DB_PASSWORD) has no password")
    if settings.debug:
        problems.append("FLASK_DEBUG must be off")
    if settings.public_url and not settings.public_url.startswith("https://"):
        problems.append("PUBLIC_URL must start with https://")
    return problems


def _no_origins(settings: Settings) -> list[str]:
    """A path, a slash at the end or a capital would never match; anybody can be `*` or `null`."""
    scheme = "https" if settings.is_production else "https?"
    pattern = re.compile(scheme + r"://([a-z0-9.-]+|\[[0-9a-f:]+\])(:[0-9]{1,5})?")
    wrong = sorted(each for each in settings.origins if not pattern.fullmatch(each))
    advice = "list exact origins such as https://h5.example.com, separated by commas"
    return [f"CORS_ORIGINS has {', '.join(wrong)}: {advice}"] if wrong else []


def _wrong_addresses(settings: Settings) -> list[str]:
    checked = {
        "DATABASE_URL": (addresses.database, settings.database_url),
        "REDIS_URL": (redis_url.problem, settings.redis_url),
        "PUBLIC_URL": (addresses.web, settings.public_url),
        "SEALOS_ENDPOINT (or STORAGE_ENDPOINT)": (addresses.web, settings.storage_endpoint),
        "SMS_ENDPOINT": (addresses.vendor, settings.sms_endpoint),
        "OCR_ENDPOINT": (addresses.vendor, settings.ocr_endpoint),
        "SENTRY_DSN": (addresses.sentry, settings.sentry_dsn),
    }
    found = {name: problem(text) for name, (problem, text) in checked.items() if text}
    return [f"{name} {wrong}" for name, wrong in found.items() if wrong]


def _incomplete(settings: Settings) -> list[str]:
    """Groups of variables of which some are set and others are missing."""
    problems = []
    if settings.sms_provider != "console":
        needed = ["sms_access_key_id", "sms_access_key_secret", "sms_sign_name"]
        needed.append("sms_template_code")
        if settings.sms_provider == "tencent":
            needed.append("sms_sdk_app_id")
        problems += _missing(settings, needed, f"SMS_PROVIDER={settings.sms_provider}")
    if settings.sealos_bucket:
        needed = ["sealos_access_key", "sealos_secret_key", "storage_endpoint"]
        problems += _missing(settings, needed, "SEALOS_BUCKET")
    if bool(settings.ocr_api_key) != bool(settings.ocr_secret_key):
        problems.append("OCR_API_KEY and OCR_SECRET_KEY are needed together")
    if not settings.beat_schedule.absolute().parent.is_dir():
        problems.append("BEAT_SCHEDULE must name a file in a folder that exists")
    if settings.rate_limit_codes_ip > settings.rate_limit_codes_all:
        problems.append("RATE_LIMIT_CODES_IP must not be larger than RATE_LIMIT_CODES_ALL")
    return problems


def _missing(settings: Settings, names: list[str], because: str) -> list[str]:
    absent = [name for name in names if not getattr(settings, name)]
    return [f"{name.upper()} is not set, and {because} needs it" for name in absent]
