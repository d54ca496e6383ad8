"""The ways to draw: how many turns at once."""

from dataclasses import dataclass

from points_app.errors.base import InvalidInput


@dataclass(frozen=True, slots=True)
class DrawType:
    """A way to draw: its name on the wire, how many turns, and how the ledger calls it."""

    name: str
    turns: int
    description: str


DRAW_TYPES = {
    "single": DrawType("single", 1, "单次抽奖"),
    "triple": DrawType("triple", 3, "三连抽"),
    "quintuple": DrawType("quintuple", 5, "五连抽"),
    "decade": DrawType("decade", 10, "十连抽"),
}
DRAW_TYPES |= {"five": DRAW_TYPES["quintuple"], "ten": DRAW_TYPES["decade"]}
BY_COUNT = {kind.turns: kind for kind in DRAW_TYPES.values()}


def draw_type(name: str | None, count: int | None) -> DrawType:
    """The draw a request asks for, by name, by count, or a single one.

    Raises InvalidInput for a count that is no draw or contradicts the name.
    """
    kind = DRAW_TYPES[name] if name else BY_COUNT.get(1 if count is None else count)
    if kind is None or count not in (None, kind.turns):
        raise InvalidInput.of("count", "must be 1, 3, 5 or 10 and agree with draw_type")
    return kind
