"""The writers' gate of SQLite goes to whoever has waited longest."""

from __future__ import annotations

import threading

from lms.base.db import Gate


def test_it_is_handed_on_in_order_even_to_who_comes_back_at_once() -> None:
    gate, order, waits = Gate(), [], [threading.Event() for _ in range(3)]
    assert gate.acquire(timeout=1)

    def enter(name: int) -> None:
        waits[name].set()
        assert gate.acquire(timeout=10)
        order.append(name)
        gate.release()

    threads = []
    for name in range(3):
        threads.append(threading.Thread(target=enter, args=(name,)))
        threads[-1].start()
        waits[name].wait(10)
        while len(gate._waiting) <= name:
            threads[-1].join(0.001)
    gate.release()
    assert gate.acquire(timeout=10)  # behind all who waited
    order.append(3)
    gate.release()
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3]


def test_who_gives_up_is_passed_over() -> None:
    gate = Gate()
    assert gate.acquire(timeout=1)
    assert not gate.acquire(timeout=0.01)
    gate.release()
    assert gate.acquire(timeout=1)
