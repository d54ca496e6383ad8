"""The text engines behind one class: a JPEG in, words with boxes out."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Callable
from typing import Any

from PIL import Image

from points_app.reading.geometry import Box, Word

Recogniser = Callable[[bytes], list[Word]]


class EngineUnavailable(RuntimeError):
    """The chosen engine is unknown or its package is not installed."""


class Engine:
    """PP-OCRv6 by faster-paddle, from the models in its wheel: no network, no files to fetch.

    `models` go from quick to careful. A model is loaded when it is first asked for, and again
    after a fork: sessions made before fork() hang in the child. Each runs one thread, so that a
    worker child uses one core. Safe to share between threads; pages are read one at a time.
    """

    name = "paddle"
    models: tuple[str, ...] = ("tiny", "small")

    def __init__(self) -> None:
        self._owner = os.getpid()
        self._lock = threading.Lock()
        self._loaded: dict[str, Recogniser] = {}

    def words(self, image: bytes | Image.Image, model: str | None = None) -> list[Word]:
        """The words of an encoded or decoded picture, in pixels of that picture.

        `model` is one of `models`, the quickest when not given.
        """
        jpeg = image if isinstance(image, bytes) else _encoded(image)
        return self._recogniser(model or self.models[0])(jpeg)

    def _recogniser(self, model: str) -> Recogniser:
        if self._owner != os.getpid():
            # The lock too: a thread of the parent may have held it at the moment of the fork.
            self._owner, self._lock, self._loaded = os.getpid(), threading.Lock(), {}
        with self._lock:
            if model not in self._loaded:
                self._loaded[model] = self._load(model)
            return self._loaded[model]

    def _load(self, model: str) -> Recogniser:
        from faster_paddle import OcrEngine

        session = OcrEngine(model_size=model, threads=1)

        def recognise(jpeg: bytes) -> list[Word]:
            found = session.ocr(jpeg)["bounds"].values()
            return [
                Word(
                    each["text"],
                    Box(*each["topLeftCoord"], *each["bottomRightCoord"]),
                    each["confidence"],
                )
                for each in found
            ]

        return recognise


class RapidEngine(Engine):
    """PP-OCRv6 small by rapidocr on onnxruntime: the fallback, five times slower, better kept."""

    name = "rapidocr"
    models = ("small",)

    def _load(self, model: str) -> Recogniser:
        try:
            from rapidocr import RapidOCR
        except ImportError as missing:
            raise EngineUnavailable(
                "READING_ENGINE=rapidocr needs: pip install rapidocr onnxruntime"
            ) from missing
        session = RapidOCR(
            params={
                "Global.log_level": "error",
                "Global.max_side_len": 1280,
                "EngineConfig.onnxruntime.intra_op_num_threads": 1,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            }
        )

        def recognise(jpeg: bytes) -> list[Word]:
            found = session(jpeg)
            if found.boxes is None:
                return []
            return [
                Word(text, _around(corners), float(score))
                for corners, text, score in zip(found.boxes, found.txts, found.scores, strict=True)
            ]

        return recognise


ENGINES: dict[str, type[Engine]] = {each.name: each for each in (Engine, RapidEngine)}


def make_engine(name: str = Engine.name) -> Engine:
    """The engine of that name (setting READING_ENGINE); cheap, models come with the first page.

    Raises EngineUnavailable for a name that is not in ENGINES.
    """
    if name not in ENGINES:
        raise EngineUnavailable(f"unknown engine {name!r}; known: {', '.join(sorted(ENGINES))}")
    return ENGINES[name]()


def _around(corners: Any) -> Box:
    xs, ys = [float(x) for x, _ in corners], [float(y) for _, y in corners]
    return Box(min(xs), min(ys), max(xs), max(ys))


def _encoded(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.convert("RGB").save(buffer, "JPEG", quality=92)
    return buffer.getvalue()
