"""What a check says."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How it stands: `warning` works but should be changed, `failed` must be."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """One result: what was looked at, how it stands, and what to do where it is not well."""

    name: str
    state: State
    detail: str
    advice: str = ""


def ok(name: str, detail: str) -> Finding:
    return Finding(name, State.OK, detail)


def warning(name: str, detail: str, advice: str) -> Finding:
    return Finding(name, State.WARNING, detail, advice)


def failed(name: str, detail: str, advice: str) -> Finding:
    return Finding(name, State.FAILED, detail, advice)
