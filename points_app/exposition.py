"""Every metric of every process, in Prometheus' text format."""

import os
from collections.abc import Iterable
from pathlib import Path

from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from points_app.metrics import FIGURES

Row = tuple[str, dict[str, str], float]


class _Figures(Collector):
    """Rows (name, labels, value) of FIGURES as gauges."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = list(rows)

    def collect(self) -> Iterable[GaugeMetricFamily]:
        families: dict[str, GaugeMetricFamily] = {}
        for name, labels, value in self._rows:
            family = families.setdefault(
                name, GaugeMetricFamily(name, FIGURES[name], labels=list(labels))
            )
            family.add_metric(list(labels.values()), value)
        return families.values()


class _OfAllProcesses(MultiProcessCollector):
    """Reads every process's files but those that have no content yet: a process makes each file
    empty first, and the library fails on one that it meets at that moment."""

    def collect(self) -> Iterable[Metric]:
        """As the library's."""
        files = [str(each) for each in Path(self._path).glob("*.db") if not _is_empty(each)]
        return self.merge(files, accumulate=True)


def _is_empty(file: Path) -> bool:
    try:
        return file.stat().st_size == 0
    except FileNotFoundError:
        return False  # the library knows which files may go meanwhile


def of_all_processes() -> CollectorRegistry:
    """What every process that shares PROMETHEUS_MULTIPROC_DIR has counted."""
    registry = CollectorRegistry()
    _OfAllProcesses(registry)
    return registry


def text(figures: Iterable[Row] = ()) -> bytes:
    """Every metric of every process of this host, and `figures`, in Prometheus' text format."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        counted = generate_latest(of_all_processes())
    else:
        counted = generate_latest(REGISTRY)
    about_all = CollectorRegistry()
    about_all.register(_Figures(figures))
    return counted + generate_latest(about_all)
