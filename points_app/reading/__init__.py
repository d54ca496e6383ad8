"""The receipt reader: a picture in, the amount paid and the printed facts out.

No Flask, no database, no network. `normalise` (pictures) makes one plain JPEG of an upload,
`read_receipt` reads it; everything between the engine's words and the Reading is pure functions.
"""

from points_app.reading.amounts import Candidate
from points_app.reading.checks import Check
from points_app.reading.containers import PictureRejected
from points_app.reading.engine import Engine, EngineUnavailable, make_engine
from points_app.reading.facts import Fact
from points_app.reading.geometry import Box
from points_app.reading.kind_words import DocumentKind
from points_app.reading.kinds import KINDS, Document, limited
from points_app.reading.moments import read_moment
from points_app.reading.pictures import Picture, normalise
from points_app.reading.reader import read_receipt
from points_app.reading.result import Reading
from points_app.reading.twins import Printed, distinct, likeness, marks_of

__all__ = [
    "KINDS",
    "Box",
    "Candidate",
    "Check",
    "Document",
    "DocumentKind",
    "Engine",
    "EngineUnavailable",
    "Fact",
    "Picture",
    "PictureRejected",
    "Printed",
    "Reading",
    "distinct",
    "likeness",
    "limited",
    "make_engine",
    "marks_of",
    "normalise",
    "read_moment",
    "read_receipt",
]
