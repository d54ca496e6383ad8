"""What a run of the proof found."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass
class Verdict:
    """What a rule's proof found. `named` are the first offenders, `offenders` is how many;
    `unchecked` is how many rows need which key that was taken away."""

    rule: str
    claim: str
    rows: int
    seconds: float
    offenders: int = 0
    named: list[str] = field(default_factory=list)
    unchecked: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Proof:
    """One run. `since` None: the whole books."""

    started_at: datetime
    since: datetime | None
    seconds: float
    rows: int
    verdicts: list[Verdict]

    @property
    def offenders(self) -> int:
        return sum(verdict.offenders for verdict in self.verdicts)

    @property
    def unchecked(self) -> int:
        return sum(sum(verdict.unchecked.values()) for verdict in self.verdicts)
