"""Business settings from the admin's side: look at them, change them, leave a trace."""

from decimal import Decimal
from typing import Any

from pydantic import ValidationError
from sqlalchemy import insert, select, update

from points_app.database.errors import TryAgain, on_duplicate
from points_app.database.session import after_commit, execute, transactional, utcnow
from points_app.errors.base import InvalidInput
from points_app.models.settings import SystemConfig
from points_app.services import forms, locks
from points_app.services.audit import trail
from points_app.services.settings import business, declarations, texts
from points_app.services.settings.declarations import DEFAULTS, PUBLIC, BusinessSettings
from points_app.wire import settings as wire
from points_app.wire.formats import iso_or_none, number

SCHEMAS = BusinessSettings.model_json_schema()["properties"]


def listing() -> wire.SettingList:
    """Every setting as it is in the database now."""
    rows = {row.config_key: row for row in execute(select(SystemConfig))}
    current = texts.parse({key: row.config_value for key, row in rows.items()})
    return {
        "settings": [_setting(name, current, rows.get(name)) for name in SCHEMAS],
        "version": forms.version(_values(current)),
    }


def _values(settings: BusinessSettings) -> dict[str, Any]:
    return {name: _json(getattr(settings, name)) for name in SCHEMAS}


def _setting(name: str, current: BusinessSettings, row: Any) -> wire.Setting:
    bounds = {key: rule for key, rule in SCHEMAS[name].items() if key not in _NOT_BOUNDS}
    return {
        "key": name,
        "value": _json(getattr(current, name)),
        "default": _json(getattr(DEFAULTS, name)),
        "type": texts.type_name(name),
        "description": SCHEMAS[name]["description"],
        "schema": bounds,
        "is_public": name in PUBLIC,
        "updated_at": iso_or_none(row and row.updated_at),
        "updated_by": row and row.updated_by,
    }


_NOT_BOUNDS = frozenset({"default", "description", "title"})


def _json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return number(value)
    return list(value) if isinstance(value, tuple) else value


@transactional
def change(actor_id: int | None, changes: dict[str, Any], version: str | None = None) -> None:
    """Set some settings, all or none; each real change leaves an audit entry.

    Effective at once in this process and within `business.FRESH_SECONDS` in the others. Locks the
    settings, so that the rules between two of them hold. `actor_id` None is the command line.
    Raises InvalidInput naming every setting that is unknown or does not fit, and FormChanged when
    `version` is no longer that of the settings.
    """
    stored = {row.config_key: row.config_value for row in locks.settings()}
    before = texts.parse(stored)
    forms.check(version, _values(before))
    after = _checked(before, changes)
    for name in changes:
        old, new = getattr(before, name), getattr(after, name)
        if old == new and name in stored:
            continue
        _write(name, new, actor_id, is_new=name not in stored)
        trail.record(
            actor_id, "setting.change", f"setting:{name}", {"from": _json(old), "to": _json(new)}
        )
    after_commit(business.forget)


def _checked(before: BusinessSettings, changes: dict[str, Any]) -> BusinessSettings:
    unknown = sorted(changes.keys() - SCHEMAS.keys())
    if unknown:
        errors = [{"field": f"settings.{name}", "message": "no such setting"} for name in unknown]
        raise InvalidInput(errors=errors)
    try:
        after = BusinessSettings.model_validate({**before.model_dump(), **changes})
    except ValidationError as error:
        raise InvalidInput(
            errors=[
                {"field": ".".join(map(str, ("settings", *item["loc"]))), "message": item["msg"]}
                for item in error.errors(include_url=False, include_input=False)
            ]
        ) from None
    errors = [
        {"field": f"settings.{name}", "message": f"{low} must not be larger than {high}"}
        for low, high in declarations.contradictions(after)
        for name in ([name for name in (low, high) if name in changes] or [low, high])
    ]
    if errors:
        raise InvalidInput(errors=errors)
    return after


def _write(name: str, value: Any, actor_id: int | None, is_new: bool) -> None:
    row = {
        "config_value": texts.to_text(value),
        "updated_at": utcnow(),
        "updated_by": actor_id,
    }
    if not is_new:
        execute(update(SystemConfig).where(SystemConfig.config_key == name).values(**row))
        return
    row |= {
        "config_key": name,
        "config_type": texts.type_name(name),
        "description": SCHEMAS[name]["description"],
        "is_public": name in PUBLIC,
    }
    with on_duplicate(TryAgain):
        execute(insert(SystemConfig), row)
