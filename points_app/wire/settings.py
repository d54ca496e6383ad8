"""Business settings."""

from typing import Annotated, Any

from typing_extensions import TypedDict

from points_app.wire.values import one_of


class Setting(TypedDict):
    key: str
    """The setting's name."""
    value: Any
    """What is in force, of the kind that `type` says."""
    default: Any
    """What is in force while nobody sets it."""
    type: Annotated[str, one_of("int", "decimal", "string", "bool", "list")]
    """What kind of value it is; a decimal is a JSON number."""
    description: str
    """What it does, for people to read."""
    schema: dict[str, Any]
    """The JSON Schema of the values it takes."""
    is_public: bool
    """Whether guests may know it."""
    updated_at: str | None
    """When it was last set (UTC); null while it never was."""
    updated_by: int | None
    """The account number of who set it; null for the command line, and while it never was."""


class SettingList(TypedDict):
    settings: list[Setting]
    """All business settings."""
    version: str
    """Changes with every value; send it back with a change."""
