"""The types requests are made of, and what all bodies and all query strings have in common."""

from typing import Any

from pydantic import BaseModel, ConfigDict


class Body(BaseModel):
    """A guest's JSON body; unknown fields are ignored."""

    model_config = ConfigDict(strict=True, extra="ignore", populate_by_name=True)


class StaffBody(Body):
    """A merchant's or an admin's JSON body. An unknown field is refused: one that is misspelled
    would otherwise be a change that is answered with success and never made."""

    model_config = ConfigDict(extra="forbid")


class Change(Body):
    """A partial update: a field that is absent stays as it is. So its defaults stand for nothing,
    and the API description has none of them."""

    @property
    def changes(self) -> dict[str, Any]:
        """The fields that were sent."""
        return self.model_dump(include=self.model_fields_set - {"version"})


class Query(BaseModel):
    """A query string or the text fields of a form; unknown ones are ignored."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True)
