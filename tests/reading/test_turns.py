"""Nobody's pictures hold up everybody else's."""

import threading

import pytest

from points_app.reading.turns import Crowded, GuestCrowded, Turns


class Visitor:
    """Takes a turn in a thread of its own and stays until it is told to leave."""

    def __init__(self, turns, guest, is_large=False):
        self.inside, self.leave = threading.Event(), threading.Event()
        self.error = None
        self._thread = threading.Thread(target=self._visit, args=(turns, guest, is_large))
        self._thread.start()

    def _visit(self, turns, guest, is_large):
        try:
            with turns.taken(guest, is_large):
                self.inside.set()
                assert self.leave.wait(30)
        except Crowded as error:
            self.error = error

    def goes(self):
        self.leave.set()
        self._thread.join()


def arrived(turns, number):
    """Wait until so many are waiting or inside."""
    with turns._changed:
        assert turns._changed.wait_for(
            lambda: len(turns._queue) + len(turns._inside) >= number, timeout=30
        )


@pytest.fixture
def turns():
    return Turns(at_once=2, waiting=4, of_a_guest=3, patience=30)


def test_one_guest_takes_one_of_the_places(turns):
    evil = [Visitor(turns, guest=1) for _ in range(3)]
    for each in range(3):
        arrived(turns, each + 1)
    other = Visitor(turns, guest=2)
    assert other.inside.wait(30)
    assert sum(each.inside.is_set() for each in evil) == 1
    other.goes()
    for each in evil:
        each.leave.set()
    for each in evil:
        each.goes()
        assert each.inside.is_set() and each.error is None


def test_large_ones_take_one_of_the_places(turns):
    first, second = (Visitor(turns, guest=each, is_large=True) for each in (1, 2))
    arrived(turns, 2)
    small = Visitor(turns, guest=3)
    assert small.inside.wait(30)
    assert first.inside.is_set() != second.inside.is_set()
    for each in (small, first, second):
        each.leave.set()
    for each in (small, first, second):
        each.goes()
    assert first.inside.is_set() and second.inside.is_set()


def test_no_more_of_a_guest_than_its_share(turns):
    waiting = [Visitor(turns, guest=1) for _ in range(3)]
    arrived(turns, 3)
    with pytest.raises(GuestCrowded), turns.taken(1, is_large=False):
        pass
    with turns.taken(2, is_large=False):  # others are let in
        pass
    for each in waiting:
        each.leave.set()
    for each in waiting:
        each.goes()


def test_no_more_in_all_than_may_wait(turns):
    inside = [Visitor(turns, guest=each) for each in (1, 2)]
    for each in inside:
        assert each.inside.wait(30)
    waiting = [Visitor(turns, guest=each) for each in range(3, 7)]
    arrived(turns, 6)
    with pytest.raises(Crowded) as caught, turns.taken(9, is_large=False):
        pass
    assert not isinstance(caught.value, GuestCrowded)
    for each in (*inside, *waiting):
        each.leave.set()
    for each in (*inside, *waiting):
        each.goes()
        assert each.error is None


def test_who_waits_in_vain_is_told_and_leaves_the_queue():
    turns = Turns(at_once=1, waiting=4, of_a_guest=4, patience=0.05)
    inside = Visitor(turns, guest=1)
    assert inside.inside.wait(30)
    with pytest.raises(Crowded), turns.taken(2, is_large=False):
        pass
    inside.goes()
    with turns.taken(3, is_large=False):
        pass


def test_a_failure_inside_gives_the_place_back(turns):
    for _ in range(5):
        with pytest.raises(ZeroDivisionError), turns.taken(1, is_large=True):
            raise ZeroDivisionError
