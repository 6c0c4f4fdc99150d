"""Clips and a picture that masklet draws by itself, for a first try where no footage is at hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from masklet.media.files import atomic_write
from masklet.media.picture import write_picture
from masklet.values import Picture

WIDTH, HEIGHT, FPS, RATE = 640, 360, 25, 44100
SAMPLES = {
    "ball": "A ball rolls behind a post",
    "fish": "Two fish pass each other",
    "shapes": "A picture of shapes",
}


def draw_sample(name: str, path: Path) -> None:
    """Write the sample of that name: an mp4 with sound, or a PNG. KeyError for an unknown name."""
    if name == "shapes":
        with atomic_write(path) as temporary:
            write_picture(temporary.with_suffix(".png"), _shapes())
            temporary.with_suffix(".png").replace(temporary)
        return
    draw, frames = {"ball": (_ball_frame, 60), "fish": (_fish_frame, 75)}[name]
    _write_clip(path, draw, frames)


@cache
def sample_picture(name: str) -> bytes:
    """A small JPEG of what the sample shows. KeyError for an unknown name."""
    draw = {"ball": lambda: _ball_frame(0.3), "fish": lambda: _fish_frame(0.35), "shapes": _shapes}[name]
    small = cv2.resize(draw(), (WIDTH // 2, HEIGHT // 2), interpolation=cv2.INTER_AREA)
    return bytes(cv2.imencode(".jpg", small[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 85])[1])


def _write_clip(path: Path, draw: Callable[[float], Picture], frames: int) -> None:
    import av

    with atomic_write(path) as temporary, av.open(str(temporary), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=FPS, options={"crf": "20", "preset": "veryfast", "g": "25"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        sound = container.add_stream("aac", rate=RATE, layout="mono")
        for number in range(frames):
            picture = draw(number / (frames - 1))
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
            part = np.arange(number * RATE // FPS, (number + 1) * RATE // FPS) / RATE
            tone = 0.1 * np.sin(2 * math.pi * (330 + 110 * number / frames) * part)
            heard = av.AudioFrame.from_ndarray(tone[None].astype(np.float32), format="fltp", layout="mono")
            heard.sample_rate, heard.pts, heard.time_base = RATE, number * RATE // FPS, Fraction(1, RATE)
            container.mux(sound.encode(heard))
        for one in (stream, sound):
            container.mux(one.encode(None))


def _ground(top: tuple[int, int, int], bottom: tuple[int, int, int], seed: int) -> Picture:
    """A shaded ground with grain."""
    down = np.linspace(0, 1, HEIGHT)[:, None, None]
    shade = np.array(top) * (1 - down) + np.array(bottom) * down
    grain = np.random.default_rng(seed).normal(0, 5, (HEIGHT, WIDTH, 1))
    return (shade + grain).clip(0, 255).astype(np.uint8)


def _ball_frame(way: float) -> Picture:
    picture = _ground((150, 190, 235), (70, 130, 60), 7)
    picture[200:] = (picture[200:] * 0.4 + np.array((80, 140, 60)) * 0.6).astype(np.uint8)
    x, y = round(70 + way * 500), round(245 - 60 * abs(math.sin(way * 2 * math.pi)))
    cv2.ellipse(picture, (x, 300), (44, 8), 0, 0, 360, (50, 95, 45), -1, cv2.LINE_AA)
    cv2.circle(picture, (x, y), 46, (205, 45, 40), -1, cv2.LINE_AA)
    for stripe in range(3):
        turn = math.degrees(x / 46) + stripe * 120
        cv2.ellipse(picture, (x, y), (46, 46), turn, 0, 40, (245, 240, 230), -1, cv2.LINE_AA)
    cv2.circle(picture, (x - 14, y - 16), 10, (255, 255, 250), -1, cv2.LINE_AA)
    cv2.rectangle(picture, (338, 90), (366, 320), (96, 66, 40), -1)
    cv2.rectangle(picture, (338, 90), (346, 320), (128, 92, 58), -1)
    return np.asarray(cv2.GaussianBlur(picture, (3, 3), 0), np.uint8)


def _fish_frame(way: float) -> Picture:
    picture = _ground((30, 120, 170), (10, 50, 90), 3)
    for number in range(6):
        sway = round(12 * math.sin(way * 6 + number))
        root = (60 + number * 105, HEIGHT)
        cv2.line(picture, root, (root[0] + sway, HEIGHT - 70 - 13 * (number % 3)), (30, 110, 60), 9, cv2.LINE_AA)
    wave = math.sin(way * 18)
    _fish(picture, (80 + way * 480, 140 + 14 * wave), 1, (250, 140, 30), wave)
    _fish(picture, (560 - way * 470, 205 - 18 * wave), -1, (245, 220, 70), -wave)
    return np.asarray(cv2.GaussianBlur(picture, (3, 3), 0), np.uint8)


def _fish(picture: Picture, at: tuple[float, float], heading: int, tint: tuple[int, int, int], wave: float) -> None:
    x, y = round(at[0]), round(at[1])
    tail = [(x - heading * 44, y), (x - heading * 82, y - 26 + round(8 * wave)), (x - heading * 82, y + 26)]
    cv2.fillPoly(picture, [np.array(tail, np.int32)], tint, cv2.LINE_AA)
    cv2.ellipse(picture, (x, y), (56, 30), 0, 0, 360, tint, -1, cv2.LINE_AA)
    for stripe in (-14, 12):
        cv2.ellipse(picture, (x + stripe, y), (5, 24), 0, 0, 360, (250, 245, 240), -1, cv2.LINE_AA)
    cv2.circle(picture, (x + heading * 36, y - 7), 5, (20, 20, 20), -1, cv2.LINE_AA)


def _shapes() -> Picture:
    picture = _ground((225, 222, 215), (205, 200, 192), 5)
    cv2.circle(picture, (120, 120), 62, (200, 60, 60), -1, cv2.LINE_AA)
    cv2.rectangle(picture, (250, 60), (370, 170), (60, 110, 200), -1)
    cv2.fillPoly(picture, [np.array([(500, 50), (580, 190), (420, 190)], np.int32)], (60, 160, 90), cv2.LINE_AA)
    cv2.ellipse(picture, (170, 270), (100, 46), 12, 0, 360, (235, 180, 50), -1, cv2.LINE_AA)
    cv2.ellipse(picture, (450, 280), (70, 52), 0, 0, 360, (140, 80, 180), -1, cv2.LINE_AA)
    return picture
