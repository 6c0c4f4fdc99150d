import subprocess
import sys
from dataclasses import replace

import pytest

import masklet
from masklet.net import Net
from tests.session.drawn import RED, clip, disc, draw, iou, truth
from tests.session.fake_runtime import FakeRuntime


@pytest.fixture
def net():
    return Net(FakeRuntime())


def test_a_net_opens_pictures_videos_and_streams(net):
    assert net.name == "fake"
    assert iou(net.open_image(draw(0)).segment(points=[disc(0)])[0].mask, truth(draw(0), RED)) > 0.8
    video, other = net.open_video(clip(4)), net.open_video(clip(4))
    video.prompt("red", frame=0, points=[disc(0)])
    assert len(list(video.track())) == 4
    assert other.objects == ()
    live = net.open_stream()
    live.prompt("red", points=[disc(0)])
    assert live.step(draw(0))["red"].visible
    assert len(net.everything(draw(0), grid=16)) == 3


@pytest.mark.parametrize(("usual", "said", "fine"), [(True, None, True), (True, False, False), (False, True, True)])
def test_how_closely_a_net_looks_holds_where_nothing_else_is_said(usual, said, fine):
    runtime = FakeRuntime()
    net = Net(runtime, fine=usual)
    assert net.open_video(clip(1), fine=said).log.header.fine is fine
    image, live = net.open_image(draw(0), fine=said), net.open_stream(fine=said)
    live.step(draw(0))
    seen = [runtime.calls.see]
    image.segment(points=[disc(0)])
    seen.append(runtime.calls.see)
    live.prompt("red", points=[disc(0)])
    seen.append(runtime.calls.see)
    assert (seen[1] > seen[0], seen[2] > seen[1]) == (fine, fine)


def test_a_model_of_pictures_alone_opens_no_video(net, monkeypatch):
    alone = replace(net.runtime.spec, name="still", recent_memories=0, pointers=0)
    monkeypatch.setattr(FakeRuntime, "spec", alone)
    for opening in (lambda: net.open_video(clip(4)), net.open_stream):
        with pytest.raises(masklet.ModelError, match="^still knows pictures alone: to follow objects choose [^\n]*$"):
            opening()
    assert net.open_image(draw(0)).segment(points=[disc(0)])
    assert len(net.everything(draw(0), grid=16)) == 3


def test_the_door_gives_what_it_names():
    assert all(getattr(masklet, name) is not None for name in masklet.__all__)
    assert set(masklet.__all__) <= set(dir(masklet))
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        masklet.nonsense  # noqa: B018


def test_importing_masklet_imports_next_to_nothing():
    heavy = ("torch", "numpy", "cv2", "av", "PIL")
    code = f"import masklet, sys; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_sessions_import_no_torch():
    code = (
        "import sys, masklet.session.video, masklet.session.stream, masklet.session.everything, masklet.session.replay;"
        "print('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
