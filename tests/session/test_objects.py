"""The registry of objects: order, what is unknown, and forgetting taken back in place."""

import pytest

from masklet.errors import PromptError
from masklet.session.log import Event
from masklet.session.objects import Objects
from masklet.session.track import Track


def three() -> Objects:
    objects = Objects()
    for number, name in enumerate(("dog", "ball", "cup")):
        objects.prompted(Track(name, (10, 20), 4), Event(number, 0.0, "prompt", name, 0))
    return objects


def test_objects_keep_the_order_of_their_first_prompts() -> None:
    objects = three()
    objects.prompted(objects.of("dog"), Event(3, 0.0, "prompt", "dog", 5))
    assert objects.names == ("dog", "ball", "cup")
    assert [track.name for track in objects] == ["dog", "ball", "cup"]


def test_a_forgotten_object_comes_back_where_it_stood() -> None:
    objects = three()
    ball = objects.of("ball")
    event = Event(3, 0.0, "forget", "ball")
    objects.forget("ball", event)
    assert objects.names == ("dog", "cup") and objects.find("ball") is None
    assert objects.undo() is event
    assert objects.names == ("dog", "ball", "cup") and objects.of("ball") is ball


def test_an_unknown_object_is_named_with_those_there_are() -> None:
    with pytest.raises(PromptError, match="no object 'cat'; there are: dog, ball, cup"):
        three().of("cat")
    assert len(Objects()) == 0 and not Objects().undoable
