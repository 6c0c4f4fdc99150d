"""A ROS 2 node that follows objects: a camera's pictures come in, label pictures and boxes go out.

    python examples/ros2_node.py --ros-args -r image:=/camera/image_raw
    ros2 topic pub --once /follow std_msgs/String '{data: "{\\"name\\": \\"cup\\", \\"points\\": [[320, 240]]}"}'

In: `image` (sensor_msgs/Image), and `follow` (std_msgs/String, JSON): what to follow, as `StreamSession.prompt` takes
it, or {"forget": "cup"}. Out: `labels` (sensor_msgs/Image, mono8: 0 nothing, k the object of that label), and `objects`
(std_msgs/String, JSON): each object's name, label, box, presence and score, the latency, and what went wrong. The
parameter `model` names another model; `follow` holds a first thing to follow.

Only the newest picture is kept while one is worked on, so that what comes out is as fresh as the model is fast.
"""

from __future__ import annotations

import json
import time
from array import array
from typing import Any

import numpy as np

import masklet
from masklet.net import Net
from masklet.values import Mask, Picture

# ROS's name of an encoding -> bytes of a pixel, and where in them red, green and blue are
ENCODINGS = {
    "rgb8": (3, (0, 1, 2)), "bgr8": (3, (2, 1, 0)), "rgba8": (4, (0, 1, 2)), "bgra8": (4, (2, 1, 0)),
    "mono8": (1, (0, 0, 0)), "8UC3": (3, (2, 1, 0)), "8UC1": (1, (0, 0, 0)),
}  # fmt: skip


class Follower:
    """What the node does, apart from ROS: messages in, the parts of messages out."""

    def __init__(self, net: Net) -> None:
        """net: of a model that has a memory, such as nano."""
        self._live = net.open_stream()
        self._labels: dict[str, int] = {}
        self._problem = ""

    def follow(self, text: str) -> None:
        """Do what a message on `follow` says; what cannot be done is told with the next picture."""
        try:
            said = json.loads(text)
            if "forget" in said:
                self._live.forget(said["forget"])
            else:
                self._live.prompt(said.pop("name"), **said)
        except (ValueError, KeyError, TypeError, AttributeError) as problem:  # masklet's own are ValueErrors
            self._problem = f"{text}: {problem}"

    def look(self, image: Any) -> tuple[Picture, dict[str, Any]]:
        """Follow all objects into a sensor_msgs/Image: the labels, HxW uint8, and what to tell of the objects."""
        started = time.monotonic()
        try:
            frame = self._live.step(to_picture(image))
        except masklet.InputError as problem:
            self._problem = str(problem)
            return np.zeros((image.height, image.width), np.uint8), self._told([], started)
        labels = np.zeros(frame.picture.shape[:2], np.uint8)
        objects = []
        for name, one in frame.objects.items():
            label = self._labels.setdefault(name, len(self._labels) % 255 + 1)
            labels[one.mask] = label
            scores = {"presence": round(one.presence, 3), "score": round(one.score, 3)}
            objects.append({"name": name, "label": label, "box": box_of(one.mask), **scores})
        return labels, self._told(objects, started)

    def _told(self, objects: list[dict[str, Any]], started: float) -> dict[str, Any]:
        problem, self._problem = self._problem, ""
        return {"objects": objects, "seconds": round(time.monotonic() - started, 4), "problem": problem}


def to_picture(image: Any) -> Picture:
    """A sensor_msgs/Image as HxWx3 uint8 RGB. Raises MediaError for encodings that are no colours of 8 bits."""
    if image.encoding not in ENCODINGS:
        raise masklet.MediaError(f"pictures encoded as {image.encoding} are not followed: {', '.join(ENCODINGS)} are")
    depth, order = ENCODINGS[image.encoding]
    rows = np.frombuffer(bytes(image.data), np.uint8)[: image.height * image.step].reshape(image.height, image.step)
    pixels = rows[:, : image.width * depth].reshape(image.height, image.width, depth)
    return np.ascontiguousarray(pixels[:, :, order])


def box_of(mask: Mask) -> list[int] | None:
    """x0, y0, x1, y1 around a mask, the last two just past it; None where the object is not seen."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return [int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1] if len(rows) else None


def make_node(follower: Follower | None = None) -> Any:
    """The node. Needs ROS 2's Python packages: source its setup.bash."""
    from rclpy.node import Node  # type: ignore[import-not-found]
    from rclpy.qos import QoSProfile, ReliabilityPolicy  # type: ignore[import-not-found]
    from sensor_msgs.msg import Image  # type: ignore[import-not-found]
    from std_msgs.msg import String  # type: ignore[import-not-found]

    class MaskletNode(Node):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__("masklet")
            model = self.declare_parameter("model", "nano").value
            self.follower = follower or Follower(masklet.load(model))
            if first := self.declare_parameter("follow", "").value:
                self.follower.follow(first)
            # depth 1: while one picture is worked on, newer ones replace each other
            newest = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
            self.labels = self.create_publisher(Image, "labels", 1)
            self.objects = self.create_publisher(String, "objects", 1)
            self.create_subscription(Image, "image", self.look, newest)
            self.create_subscription(String, "follow", lambda message: self.follower.follow(message.data), 10)

        def look(self, image: Any) -> None:
            labels, told = self.follower.look(image)
            out = Image(height=labels.shape[0], width=labels.shape[1], encoding="mono8", step=labels.shape[1])
            out.header, out.data = image.header, array("B", labels.tobytes())
            self.labels.publish(out)
            stamp = image.header.stamp
            age = self.get_clock().now().nanoseconds / 1e9 - (stamp.sec + stamp.nanosec / 1e9)
            self.objects.publish(String(data=json.dumps({**told, "latency": round(age, 4)})))
            if told["problem"]:
                self.get_logger().warning(told["problem"])

    return MaskletNode()


def main() -> None:
    """Run the node until Ctrl-C."""
    import rclpy  # type: ignore[import-not-found]

    rclpy.init()
    rclpy.spin(make_node())


if __name__ == "__main__":
    main()
