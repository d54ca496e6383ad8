"""Business settings as they are kept: as text. JSON, except that strings stand as they are."""

import logging
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson
from pydantic import ValidationError

from points_app.services.settings.declarations import DEFAULTS, BusinessSettings

log = logging.getLogger(__name__)
SWITCHES = {"true": True, "1": True, "false": False, "0": False}
TYPE_NAMES = {int: "int", Decimal: "decimal", str: "string", bool: "bool", tuple: "list"}


def parse(texts: Mapping[str, str]) -> BusinessSettings:
    """The settings from what is stored. A value that somebody wrote past the checks and that does
    not fit is logged, and its default stands in: no shop closes over a typing error."""
    known = BusinessSettings.model_fields.keys() & texts.keys()
    values = {name: from_text(name, texts[name]) for name in known}
    try:
        return BusinessSettings.model_validate(values)
    except ValidationError as error:
        unfit = {item["loc"][0] for item in error.errors()}
        log.error("settings_unfit", extra={"keys": sorted(map(str, unfit))})
        fit = {name: value for name, value in values.items() if name not in unfit}
        return BusinessSettings.model_validate(fit)


def from_text(name: str, text: str) -> Any:
    """The value a stored or typed text stands for, not yet checked."""
    default = getattr(DEFAULTS, name)
    if isinstance(default, str):
        return text
    if isinstance(default, bool):
        return SWITCHES.get(text.lower(), text)
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


def to_text(value: Any) -> str:
    """How a checked value is stored."""
    if isinstance(value, str | Decimal):
        return str(value)
    return orjson.dumps(value).decode()


def type_name(name: str) -> str:
    """The `config_type` of a setting."""
    return TYPE_NAMES[type(getattr(DEFAULTS, name))]
