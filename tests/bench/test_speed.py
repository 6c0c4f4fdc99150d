from __future__ import annotations

from masklet.bench.speed import measure_speed
from tests.bench.runtimes import contestants


def test_everything_is_timed_for_those_who_can() -> None:
    seen: list[tuple[int, int]] = []
    films, pictures = contestants()
    report = measure_speed([films, pictures], (1, 3, 1), 2, lambda done, total: seen.append((done, total)))
    names = ["see", "recall", "decode", "remember", "prompt", "frame, 1 object", "frame, 3 objects"]
    assert [one.name for one in report.timings] == names
    for one in report.timings:
        own, other = one.seconds
        assert own is not None and len(own) == 2 and min(own) > 0
        assert (other is not None) == (one.name in ("see", "decode", "prompt"))
    assert seen == [(done, len(seen)) for done in range(1, len(seen) + 1)]  # the bar's end is where it was said to be


def test_frames_are_timed_with_all_objects_and_their_memories_full() -> None:
    films, _ = contestants()
    measure_speed([films], (3,), 2)
    for recalled in films.runtime.calls.recall[-3:]:  # the round that is not counted, and two that are
        assert len(recalled) == 3
        assert all([slot for slot, _ in one.memories] == [0, 1, 2, 3] for one in recalled)
        assert all(len(one.distances) >= 5 for one in recalled)
