"""Looks for what is wrong in the books, and makes it wrong."""

from typing import Any

from points_app.services import proof


def findings(**options: Any) -> dict[str, list[str]]:
    """{rule: offenders named} of what the proof does not like."""
    verdicts = proof.prove(**options).verdicts
    return {verdict.rule: verdict.named for verdict in verdicts if verdict.offenders}
