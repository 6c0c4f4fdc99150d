import gc
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from masklet.errors import MediaError
from masklet.media import video_file
from masklet.media.video_file import VideoFile
from tests.media.real_files import blank_packets, installed_clip, number_in, numbered, write_video

# (file name, codec, how): stamped and stampless containers, B-frames, open groups of pictures, hidden reference frames
KINDS = {
    "h264.mp4": ("libx264", {}),
    "h264.mkv": ("libx264", {"options": {"x264-params": "open-gop=1:keyint=12:bframes=3:scenecut=0"}}),
    "hevc.mp4": ("libx265", {"options": {"x265-params": "open-gop=1:keyint=12:bframes=2:log-level=none"}}),
    "h264.ts": ("libx264", {}),
    "h264.flv": ("libx264", {}),
    "h264.avi": ("libx264", {}),
    "mpeg4.avi": ("mpeg4", {}),
    "mpeg2.mpg": ("mpeg2video", {}),
    "raw.264": ("libx264", {"container": "h264"}),
    "motion.mjpeg": ("mjpeg", {"container": "mjpeg", "pixels": "yuvj420p"}),
    "motion.mov": ("mjpeg", {"pixels": "yuvj420p"}),
    "vp8.webm": ("libvpx", {"options": {"auto-alt-ref": "1", "lag-in-frames": "16", "arnr-maxframes": "5"}}),
    "vp9.webm": ("libvpx-vp9", {"options": {"deadline": "realtime", "cpu-used": "8"}}),
    "prores.mov": ("prores_ks", {"pixels": "yuv422p10le"}),
    "lossless.mkv": ("ffv1", {}),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("videos")


def of_kind(folder: Path, name: str) -> Path:
    codec, how = KINDS[name]
    if not (folder / name).exists():
        if codec not in av.codecs_available:
            pytest.skip(f"this FFmpeg has no encoder {codec}")
        write_video(folder / name, codec, **how)
    return folder / name


@pytest.mark.parametrize("name", KINDS)
def test_every_way_of_reading_gives_the_right_frame(folder: Path, name: str) -> None:
    with VideoFile(of_kind(folder, name), cache_bytes=20_000) as video:  # holds four frames
        assert (len(video), video.size) == (40, (48, 64))
        assert video.fps == pytest.approx(25)
        assert video.times == pytest.approx(np.arange(40) / 25)
        assert (video.broken_at, video.warning) == (None, None)
        assert [number_in(picture) for picture in video] == list(range(40))
        assert [number_in(video[index]) for index in reversed(range(40))] == list(reversed(range(40)))
        order = np.random.default_rng(0).permutation(40).tolist()
        assert [number_in(video[index]) for index in order] == order


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=st.lists(st.integers(-40, 39), max_size=12), cache=st.integers(1, 100_000))
def test_any_order_with_any_memory(folder: Path, wanted: list[int], cache: int) -> None:
    with VideoFile(of_kind(folder, "h264.mkv"), cache_bytes=cache) as video:
        assert [number_in(video[index]) for index in wanted] == [index % 40 for index in wanted]


def test_random_access_gives_the_same_pixels(folder: Path) -> None:
    clip = installed_clip("carphone_pristine.mp4")
    with VideoFile(clip) as forward, VideoFile(clip, cache_bytes=1) as jumping:
        pictures = list(forward)
        for index in (119, 3, 57, 58, 56, 0):
            assert np.array_equal(jumping[index], pictures[index])


@pytest.mark.parametrize(
    ("name", "frames", "size", "fps"),
    [
        ("bigbuckbunny.mp4", 132, (720, 1280), 25),
        ("bikes.mp4", 250, (272, 640), 25),
        ("carphone_pristine.mp4", 120, (144, 176), 30000 / 1001),
    ],
)
def test_real_clips(name: str, frames: int, size: tuple[int, int], fps: float) -> None:
    with VideoFile(installed_clip(name)) as video:
        assert (len(video), video.size, video.fps) == (frames, size, pytest.approx(fps))
        assert video[frames - 1].shape == (*size, 3)
        assert (video.sound is not None) == (name == "bigbuckbunny.mp4")


class _Counter:
    """Counts the packets that are decoded."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.frames = 0
        original = video_file.decode_packets

        def counted(*args: object) -> object:
            for frame in original(*args):  # type: ignore[arg-type]
                self.frames += 1
                yield frame

        monkeypatch.setattr(video_file, "decode_packets", counted)


def test_forwards_decodes_each_frame_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = of_kind(folder, "h264.mp4")
    counter = _Counter(monkeypatch)
    with VideoFile(path, cache_bytes=1) as video:
        for index in range(40):
            video[index]
    assert counter.frames == 40


def test_backwards_decodes_each_group_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = of_kind(folder, "h264.mp4")
    with VideoFile(path, cache_bytes=200_000) as video:  # holds a group of twelve, not the video
        video[39]
        counter = _Counter(monkeypatch)
        for index in reversed(range(40)):
            video[index]
        assert len(video._cache) < 40
    assert counter.frames <= 60


def test_memory_is_bounded(folder: Path) -> None:
    with VideoFile(installed_clip("carphone_pristine.mp4"), cache_bytes=1_000_000) as video:
        for _ in video:
            assert video._cache.bytes <= 1_000_000


def test_the_array_is_the_callers_own(folder: Path) -> None:
    with VideoFile(of_kind(folder, "h264.mp4")) as video:
        video[5][:] = 0
        assert number_in(video[5]) == 5


def test_variable_frame_rate(tmp_path: Path) -> None:
    stamps = np.cumsum([0, *([20, 20, 200] * 13)]).tolist()
    path = write_video(tmp_path / "vfr.mkv", stamps=stamps)
    with VideoFile(path) as video:
        assert video.times * 1000 == pytest.approx(stamps)
        assert video.fps == pytest.approx(39 / stamps[-1] * 1000)
        assert number_in(video[20]) == 20


@pytest.mark.parametrize("angle", [90, 180, -90])
def test_rotation_is_applied(tmp_path: Path, angle: int) -> None:
    def corner(index: int, size: tuple[int, int]) -> np.ndarray:
        picture = np.zeros((*size, 3), np.uint8)
        picture[: size[0] // 2, : size[1] // 2] = 255, 0, 0
        return picture

    path = write_video(tmp_path / "turned.mp4", frames=3, rotation=angle, pictures=corner)
    with VideoFile(path) as video:
        expected = np.rot90(corner(0, (48, 64)), angle // 90)
        assert video.size == expected.shape[:2]
        assert video[0].shape == expected.shape
        assert np.abs(video[0].astype(int) - expected).mean() < 10


def test_odd_size(tmp_path: Path) -> None:
    path = write_video(tmp_path / "odd.mp4", size=(49, 67), pixels="yuv444p", frames=5)
    with VideoFile(path) as video:
        assert video.size == (49, 67)
        assert number_in(video[4]) == 4


def test_colours_survive(tmp_path: Path) -> None:
    def fields(index: int, size: tuple[int, int]) -> np.ndarray:
        picture = np.zeros((*size, 3), np.uint8)
        picture[:, :32], picture[:, 32:] = (200, 40, 60), (30, 90, 220)
        return picture

    path = write_video(tmp_path / "colours.mp4", frames=2, pictures=fields, options={"crf": "5"})
    with VideoFile(path) as video:
        assert video[0][24, 8].tolist() == pytest.approx([200, 40, 60], abs=6)
        assert video[0][24, 56].tolist() == pytest.approx([30, 90, 220], abs=6)


@pytest.mark.parametrize("name", ["cut.mp4", "cut.mkv", "cut.flv", "cut.ts", "cut.avi"])
@pytest.mark.parametrize("part", [0.3, 0.8])
def test_truncated_video_offers_what_there_is(tmp_path: Path, name: str, part: float) -> None:
    options = {"movflags": "faststart"} if name.endswith("mp4") else {}
    noisy = np.random.default_rng(0).integers(0, 60, (100, 48, 64, 3), dtype=np.uint8)

    def pictures(index: int, size: tuple[int, int]) -> np.ndarray:
        return (numbered(index, size) // 2 + 40 + noisy[index]).astype(np.uint8)

    path = write_video(tmp_path / name, frames=100, container_options=options, pictures=pictures)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * part) // 2 * 2 + 1])
    with VideoFile(path) as video:
        assert 100 * part * 0.5 < len(video) < 100
        assert video.broken_at == len(video)
        assert video.warning is not None
        assert f"breaks off after frame {len(video) - 1} " in video.warning
        numbers = [number_in(picture) for picture in video]
        assert len(numbers) == len(video)
        # the last ones may come from beyond the break, where a later frame was stored before an earlier one
        assert numbers[:-3] == list(range(len(numbers)))[:-3]
        with pytest.raises(IndexError, match="breaks off"):
            video[len(video)]


def test_every_cut_ends_cleanly(tmp_path: Path) -> None:
    data = write_video(tmp_path / "whole.mkv", frames=30).read_bytes()
    for length in range(100, len(data), max(1, len(data) // 25)):
        path = tmp_path / "cut.mkv"
        path.write_bytes(data[:length])
        try:
            video = VideoFile(path)
        except MediaError as error:
            assert "\n" not in str(error)
            continue
        with video:
            assert len(list(video)) == len(video)


@pytest.mark.parametrize("cache", [1, 10_000_000])
def test_damage_in_the_middle_keeps_the_numbering(tmp_path: Path, cache: int) -> None:
    path = write_video(tmp_path / "damaged.mp4", frames=60, container_options={"movflags": "faststart"})
    blank_packets(path, 26, 29)
    with VideoFile(path, cache_bytes=cache) as video:
        numbers = [number_in(picture) for picture in video]
        assert len(numbers) == len(video) == 60
        assert numbers[:20] == list(range(20))
        assert numbers[36:] == list(range(36, 60))  # a key frame lies between
        assert video.broken_at is None
        assert video.warning is not None
        assert "cannot be decoded" in video.warning


def test_recording_that_begins_in_the_middle(tmp_path: Path) -> None:
    data = write_video(tmp_path / "whole.ts", frames=60).read_bytes()
    path = tmp_path / "tail.ts"
    path.write_bytes(data[len(data) // 188 // 2 * 188 :])
    with VideoFile(path) as video:
        numbers = [number_in(picture) for picture in video]
        assert 0 < len(numbers) < 40
        assert numbers == list(range(60 - len(numbers), 60))


def test_mp4_without_its_index(tmp_path: Path) -> None:
    data = write_video(tmp_path / "whole.mp4").read_bytes()
    (tmp_path / "cut.mp4").write_bytes(data[: len(data) // 2])
    with pytest.raises(MediaError, match="was cut off: the index"):
        VideoFile(tmp_path / "cut.mp4")


def test_not_a_video(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "text.mp4").write_text("not a video at all\n" * 50)
    (tmp_path / "noise.mp4").write_bytes(np.random.default_rng(0).bytes(5000))
    with av.open(str(tmp_path / "sound.m4a"), "w") as output:
        stream = output.add_stream("aac", rate=48000)
        chunk = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        chunk.sample_rate = 48000
        output.mux(stream.encode(chunk))
        output.mux(stream.encode(None))
    for name, message in {
        "none.mp4": "does not exist",
        "empty.mp4": "is empty",
        "text.mp4": "neither a video|holds no video|no video in it",
        "noise.mp4": "neither a video|holds no video|not one frame",
        "sound.m4a": "no video in it",
    }.items():
        with pytest.raises(MediaError, match=message) as caught:
            VideoFile(tmp_path / name)
        assert "\n" not in str(caught.value)


def test_use_after_closing(folder: Path) -> None:
    video = VideoFile(of_kind(folder, "h264.mp4"))
    video.close()
    with pytest.raises(ValueError, match="has been closed"):
        video[30]


def test_frames_are_let_go_without_pythons_search_for_rings(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip.mp4", frames=30)
    gc.collect()
    gc.disable()
    try:
        before = frames_held()  # other tests' files may be open in this process
        with VideoFile(path, cache_bytes=1) as video:
            assert sum(1 for _ in video) == 30
            held = frames_held() - before
    finally:
        gc.enable()
    assert held < 15


def frames_held() -> int:
    return sum(isinstance(one, av.VideoFrame) for one in gc.get_objects())
