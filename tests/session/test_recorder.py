from masklet.session.log import Header, PromptLog
from masklet.session.recorder import Recorder


def test_a_run_becomes_one_event_once_something_else_happens():
    recorder = Recorder(PromptLog(Header((4, 6), 100, "nano", "sam2")))
    for frame in (3, 4, 5):
        recorder.passed(frame, "forward", float(frame))
    recorder.write("forget", 9.0, name="a")
    for frame in (5, 4):
        recorder.passed(frame, "reverse", 10.0)
    recorder.passed(9, "reverse", 11.0)
    recorder.passed(10, "forward", 12.0)
    told = [(one.kind, one.frame, one.last, one.direction, one.time) for one in recorder.log]
    assert told == [
        ("track", 3, 5, "forward", 3.0),
        ("forget", None, None, None, 9.0),
        ("track", 5, 4, "reverse", 10.0),
        ("track", 9, 9, "reverse", 11.0),
        ("track", 10, 10, "forward", 12.0),
    ]
    assert [one.sequence for one in recorder.log] == [0, 1, 2, 3, 4]
