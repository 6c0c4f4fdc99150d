"""At most one process waits, and it is the one that is taken; none outlives the end."""

from __future__ import annotations

from masklet.app.decoders import Decoders, end_process
from masklet.app.settings import Settings


def test_the_process_that_waits_is_taken_and_none_is_left_over() -> None:
    decoders = Decoders(Settings())
    decoders.prepare()
    waiting = decoders._ready
    decoders.prepare()
    assert decoders._ready is waiting
    taken, another = decoders.take(), decoders.take()
    assert taken is waiting
    assert another.pid != taken.pid
    decoders.prepare()
    last = decoders._ready
    assert last is not None
    decoders.close()
    assert last.poll() is not None
    decoders.prepare()
    assert decoders._ready is None
    for process in (taken, another):
        assert process.poll() is None
        end_process(process)
        assert process.poll() is not None


def test_one_that_died_while_it_waited_is_not_handed_out() -> None:
    with Decoders(Settings()) as decoders:
        decoders.prepare()
        dead = decoders._ready
        assert dead is not None
        dead.kill()
        dead.wait()
        process = decoders.take()
        assert process.poll() is None
        end_process(process)
