"""SQLAlchemy's types for statements and rows of which nobody names the columns."""

from typing import Any

from sqlalchemy import CursorResult, Row, Select

AnyRow = Row[*tuple[Any, ...]]
AnySelect = Select[*tuple[Any, ...]]
AnyResult = CursorResult[*tuple[Any, ...]]
