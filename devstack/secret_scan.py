"""Look for secrets in the project: in its files, and in every line its history ever added.

  python -m devstack.secret_scan

Exits 1 and says where, never what. A scanner of our own, because those that pip can install do not
read the history, or bring a hundred rules for services that are not used here.
"""

import math
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator

# The shapes of credentials that this product could hold, and of keys nobody should commit.
SHAPES = {
    "private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "Aliyun access key": re.compile(r"\bLTAI[A-Za-z0-9]{12,30}\b"),
    "Tencent secret id": re.compile(r"\bAKID[A-Za-z0-9]{32}\b"),
    "AWS access key": re.compile(r"\b(AKIA|ASIA)[A-Z0-9]{16}\b"),
    "GitHub token": re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36,}\b|\bgithub_pat_\w{22,}"),
    "signed token": re.compile(r"\beyJ[\w-]{10,}\.eyJ[\w-]{20,}\.[\w-]{20,}"),
    "password in a URL": re.compile(r"\w+://[^/\s:@{}$<>]+:[^/\s:@{}$<>\[\]]{6,}@[\w.-]+\.\w+"),
}
# NAME = "value": judged by how random the value looks.
ASSIGNED = re.compile(
    r"(?i)[\w-]*(secret|password|passwd|token|api_?key|access_?key|encryption_?key)[\w-]*"
    r"[\"']?\s*[:=]\s*[\"']?([A-Za-z0-9+/=_-]{20,})"
)
RANDOM_BITS = 3.7  # per character, by Shannon; hexadecimal ends at 4, words stay below 3.5
# Made up: keys and passwords of the tests, and hashes of packages.
KNOWN = re.compile(
    "of-the-test-suite|0123456789abcdef|fedcba9876543210|q8fJ2kLx0pZr7vTn|Zq8-4hhK@db|stand:in@host"
    "|(user|points):secret@|qwertyuiop|1qaz2wsx|sha256[:-]|integrity"
)
SKIPPED = re.compile(r"^(requirements.*\.txt|.*\.(jpg|png|svg|ico|min\.js|map|lock))$")


def main() -> int:
    """Scan tree and history; the number of findings becomes the exit status (0 or 1)."""
    found = sorted({*_tree(), *_history()})
    for place, kind in found:
        print(f"{place}: {kind}")
    return 1 if found else 0


def suspicions(line: str) -> Iterator[str]:
    """The kinds of secrets a line seems to hold."""
    if KNOWN.search(line):
        return
    for kind, shape in SHAPES.items():
        if shape.search(line):
            yield kind
    for assigned in ASSIGNED.finditer(line):
        if _randomness(assigned[2]) >= RANDOM_BITS and re.search(r"[0-9]", assigned[2]):
            yield f"assigned {assigned[1].lower()}"


def _randomness(text: str) -> float:
    counts = Counter(text).values()
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts)


def _tree() -> Iterator[tuple[str, str]]:
    """Files that are committed or could be: not what .gitignore names."""
    names = _git("ls-files", "--cached", "--others", "--exclude-standard", "-z").split("\0")
    for name in filter(None, names):
        if SKIPPED.match(name.rpartition("/")[2]):
            continue
        try:
            with open(name, encoding="utf-8", errors="replace") as file:
                for number, line in enumerate(file, start=1):
                    yield from ((f"{name}:{number}", kind) for kind in suspicions(line))
        except FileNotFoundError:  # removed, but not yet from the index
            continue


def _history() -> Iterator[tuple[str, str]]:
    """Every line any commit added, also those that were taken out again."""
    commit = name = ""
    for line in _git("log", "--all", "-p", "-U0", "--no-color", "--format=commit %h").splitlines():
        if line.startswith("commit "):
            commit = line[7:]
        elif line.startswith("+++ b/"):
            name = line[6:]
        elif line.startswith("+") and not SKIPPED.match(name.rpartition("/")[2]):
            yield from ((f"{commit} {name}", kind) for kind in suspicions(line[1:]))


def _git(*arguments: str) -> str:
    """Nothing where there is no repository, as in an unpacked release."""
    done = subprocess.run(["git", *arguments], capture_output=True, text=True, errors="replace")
    return done.stdout if done.returncode == 0 else ""


if __name__ == "__main__":
    sys.exit(main())
