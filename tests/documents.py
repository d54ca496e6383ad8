"""The commands that the documents print."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
PAGES = [PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md"))]
OURS = re.compile(r"(\w+=\S+ )*(flask(?= )|(bin|bench)/[a-z]+(?= |$))")


@dataclass(frozen=True)
class Block:
    """A fenced block of shell commands."""

    section: str
    text: str

    @property
    def commands(self) -> list[str]:
        """Its commands, each in one line and without its remark."""
        joined = self.text.replace("\\\n", "")
        return [line for each in joined.splitlines() if (line := _bare(each))]


def blocks() -> list[Block]:
    """Every block marked as shell."""
    found = []
    for page in PAGES:
        text = page.read_text()
        for match in re.finditer(r"^```sh\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
            sections = re.findall(r"^## (.*)", text[: match.start()], re.MULTILINE)
            found.append(Block(sections[-1], match[1]))
    return found


def of_ours() -> list[str]:
    """Every command line of ours: in a block, indented, or within a sentence."""
    lines = [command for block in blocks() for command in block.commands]
    for page in PAGES:
        text = page.read_text()
        lines += map(_bare, re.findall(r"^    ((?:bin|bench)/.*)", text, re.MULTILINE))
        lines += re.findall(r"`([^`\n]+)`", text)
    known = (line for line in lines if OURS.match(line))
    return list(dict.fromkeys(known))


def unmarked() -> Iterator[str]:
    """Blocks that hold a command of ours and are not marked as shell."""
    for page in PAGES:
        for block in re.findall(r"^```\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE):
            if any(OURS.match(line) for line in block.splitlines()):
                yield f"{page.name}: {block}"


def _bare(line: str) -> str:
    """Without the remark, which two blanks keep off."""
    return re.split(r"\s{2,}|\s#", line.strip())[0]


def program(command: str) -> str | None:
    """Which program of bin/ or bench/ a command line runs."""
    return next((word for word in command.split() if word.startswith(("bin/", "bench/"))), None)


def options(command: str) -> list[str]:
    """What of a command line is an option."""
    return [word.split("=")[0] for word in shlex.split(command) if word.startswith("--")]
