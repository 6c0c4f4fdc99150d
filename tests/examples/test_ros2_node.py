"""The ROS 2 node: what it makes of messages, and its wiring, with stand-ins for ROS's own classes."""

from __future__ import annotations

import json
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

import masklet
from examples.ros2_node import ENCODINGS, Follower, box_of, make_node, to_picture
from masklet.net import Net
from masklet.values import Picture
from tests.session import drawn
from tests.session.fake_runtime import FakeRuntime


def message(picture: Picture, encoding: str = "rgb8", padding: int = 0) -> SimpleNamespace:
    """A sensor_msgs/Image, rows padded as drivers do."""
    height, width = picture.shape[:2]
    depth, order = ENCODINGS[encoding]
    pixels = np.zeros((height, width, depth), np.uint8)
    pixels[:, :, list(order)] = picture
    rows = np.pad(pixels.reshape(height, -1), ((0, 0), (0, padding)), constant_values=7)
    stamp = SimpleNamespace(sec=99, nanosec=500_000_000)
    return SimpleNamespace(
        height=height, width=width, encoding=encoding, step=rows.shape[1], data=rows.tobytes(),
        header=SimpleNamespace(stamp=stamp, frame_id="camera"),
    )  # fmt: skip


@pytest.fixture
def follower() -> Follower:
    return Follower(Net(FakeRuntime()))


@pytest.mark.parametrize("encoding", [name for name, (depth, _) in ENCODINGS.items() if depth > 1])
@pytest.mark.parametrize("padding", [0, 5])
def test_pictures_are_read_in_every_order_of_colours(encoding: str, padding: int) -> None:
    assert np.array_equal(to_picture(message(drawn.draw(3), encoding, padding)), drawn.draw(3))


def test_grey_pictures_are_read() -> None:
    grey = np.repeat(drawn.draw(0)[:, :, :1], 3, axis=2)
    assert np.array_equal(to_picture(message(grey, "mono8")), grey)


def test_objects_are_followed_labelled_and_told(follower: Follower) -> None:
    x, y = drawn.square(0)
    follower.follow(json.dumps({"name": "disc", "points": [drawn.disc(0)]}))
    follower.follow(json.dumps({"name": "square", "box": [x - 12, y - 12, x + 13, y + 13]}))
    for index in range(6):
        labels, told = follower.look(message(drawn.draw(index)))
    assert [(one["name"], one["label"]) for one in told["objects"]] == [("disc", 1), ("square", 2)]
    assert drawn.iou(labels == 1, drawn.truth(drawn.draw(5), drawn.RED)) > 0.7
    x0, y0, x1, y1 = told["objects"][1]["box"]
    assert x0 <= drawn.square(5)[0] <= x1 and y0 <= drawn.square(5)[1] <= y1
    follower.follow('{"forget": "disc"}')
    labels, told = follower.look(message(drawn.draw(6)))
    assert [one["label"] for one in told["objects"]] == [2] and set(np.unique(labels)) == {0, 2}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no json", "no json"),
        ('{"points": [[1, 2]]}', "name"),
        ('{"name": "cup", "colour": "red"}', "colour"),
        ('{"forget": "nobody"}', "no object 'nobody'"),
        ("[]", "[]"),
    ],
)
def test_what_cannot_be_followed_is_told_with_the_next_picture(follower: Follower, text: str, said: str) -> None:
    follower.look(message(drawn.draw(0)))
    follower.follow(text)
    assert said in follower.look(message(drawn.draw(1)))[1]["problem"]
    assert follower.look(message(drawn.draw(2)))[1]["problem"] == ""


def test_a_depth_picture_is_no_picture_to_follow(follower: Follower) -> None:
    image = message(drawn.draw(0))
    image.encoding = "32FC1"
    labels, told = follower.look(image)
    assert not labels.any() and "32FC1 are not followed" in told["problem"]
    with pytest.raises(masklet.MediaError):
        to_picture(image)


def test_the_box_of_what_is_not_seen_is_none() -> None:
    assert box_of(np.zeros((4, 5), bool)) is None


class Message(SimpleNamespace):
    """Any ROS message: fields by name."""


class Node:
    """As much of rclpy's Node as the node uses."""

    parameters: dict[str, Any] = {}  # noqa: RUF012

    def __init__(self, name: str) -> None:
        self.name, self.heard, self.sent, self.warned = name, {}, {}, []
        self.qos: dict[str, Any] = {}

    def declare_parameter(self, name: str, default: Any) -> Any:
        return SimpleNamespace(value=self.parameters.get(name, default))

    def create_publisher(self, kind: type, topic: str, depth: int) -> Any:
        self.sent[topic] = []
        return SimpleNamespace(publish=self.sent[topic].append)

    def create_subscription(self, kind: type, topic: str, call: Any, qos: Any) -> None:
        self.heard[topic], self.qos[topic] = call, qos

    def get_clock(self) -> Any:
        return SimpleNamespace(now=lambda: SimpleNamespace(nanoseconds=100 * 10**9))

    def get_logger(self) -> Any:
        return SimpleNamespace(warning=self.warned.append)


@pytest.fixture
def ros(monkeypatch: pytest.MonkeyPatch) -> None:
    parts: dict[str, dict[str, Any]] = {
        "rclpy": {},
        "rclpy.node": {"Node": Node},
        "rclpy.qos": {"QoSProfile": SimpleNamespace, "ReliabilityPolicy": SimpleNamespace(BEST_EFFORT="best effort")},
        "sensor_msgs": {},
        "sensor_msgs.msg": {"Image": Message},
        "std_msgs": {},
        "std_msgs.msg": {"String": Message},
    }
    for name, held in parts.items():
        module = ModuleType(name)
        module.__dict__.update(held)
        monkeypatch.setitem(sys.modules, name, module)


def test_the_node_answers_every_picture(ros: None, follower: Follower, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Node, "parameters", {"follow": json.dumps({"name": "disc", "points": [drawn.disc(0)]})})
    node = make_node(follower)
    assert node.name == "masklet" and node.qos["image"].depth == 1
    node.heard["image"](message(drawn.draw(0), "bgr8"))
    (labels,), (told,) = node.sent["labels"], node.sent["objects"]
    assert (labels.height, labels.width, labels.encoding, labels.step) == (120, 160, "mono8", 160)
    assert labels.header.frame_id == "camera" and len(labels.data) == 120 * 160
    said = json.loads(told.data)
    assert said["latency"] == 0.5 and said["objects"][0]["name"] == "disc"
    node.heard["follow"](Message(data="nonsense"))
    node.heard["image"](message(drawn.draw(1)))
    assert "nonsense" in node.warned[0]
