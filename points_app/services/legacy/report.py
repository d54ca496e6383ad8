"""What an import moved, and what it could not move."""

from dataclasses import dataclass, field

NAMED_AT_MOST = 20


@dataclass
class Report:
    """What was, or would be, moved. `points` are those the corrections add up to."""

    moved: dict[str, int] = field(default_factory=dict)
    corrected_guests: int = 0
    points_added: int = 0
    points_removed: int = 0
    problems: list[str] = field(default_factory=list)
    problem_count: int = 0

    def trouble(self, what: str) -> None:
        """Note a row that cannot move as it is; the first ones are kept by name."""
        self.problem_count += 1
        if len(self.problems) < NAMED_AT_MOST:
            self.problems.append(what)

    def corrected(self, points: int) -> None:
        """Note a guest whose balance and history disagreed by so many points."""
        self.corrected_guests += 1
        if points > 0:
            self.points_added += points
        else:
            self.points_removed -= points
