"""The ports on which relays are woken are the supervisor's: nobody else takes one, and every worker hears on them."""

from __future__ import annotations

import os
import socket

import pytest

from libs.wake import LOOPBACK, bind_wake_socket, port_of, waker
from services.embedded.children import Child
from services.embedded.worker import QuietListener


def test_nobody_else_can_take_a_port_between_its_choice_and_a_workers_start() -> None:
    with bind_wake_socket() as bound:
        other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with other, pytest.raises(OSError, match="in use"):
            other.bind((LOOPBACK, port_of(bound)))


def test_a_worker_that_is_started_again_is_woken_on_the_same_port() -> None:
    with bind_wake_socket() as bound:
        wake = waker(port_of(bound))

        def work() -> None:
            os._exit(0 if QuietListener(bound).wait(30) else 1)

        codes = []
        for _ in range(2):
            worker = Child("worker", work, log=None)
            worker.start()
            wake()
            while worker.poll():
                os.sched_yield()
            codes.append(worker.code)

    assert codes == [0, 0]
