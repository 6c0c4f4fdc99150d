"""What the options of `masklet track` say together; that contradictions are refused is in test_track."""

from __future__ import annotations

from pathlib import Path

import pytest

from masklet.commands.prompts import read_prompts
from masklet.commands.track_options import Live, Repeat, Request, Span
from masklet.errors import PromptError

SAID = tuple(read_prompts(["1,1"]))


@pytest.mark.parametrize(
    ("span", "prompted", "first"),
    [
        (Span(), [4, 2], 2),
        (Span(reverse=True), [4, 2], 4),
        (Span(start=3), [4, 2], 3),
        (Span(start=0, reverse=True), [4, 2], 0),
        (Span(), [], 0),
    ],
)
def test_where_tracking_starts(span: Span, prompted: list[int], first: int) -> None:
    assert span.first(prompted) == first


def test_the_end_itself_is_left_out_in_either_direction() -> None:
    forward, backward = Span(stop=5), Span(stop=5, reverse=True)
    assert [forward.ends_before(frame) for frame in (4, 5, 6)] == [False, True, True]
    assert [backward.ends_before(frame) for frame in (4, 5, 6)] == [True, True, False]
    assert not Span().ends_before(10**6)


@pytest.mark.parametrize(
    "span", [Span(), Span(start=0, stop=0), Span(start=3, reverse=True), Span(stop=7), Span(both=True)]
)
def test_words_say_the_span_again(span: Span) -> None:
    words = iter(span.words)
    said: dict[str, object] = {}
    for word in words:
        said[word.removeprefix("--")] = int(next(words)) if word in ("--start", "--stop") else True
    assert Span(**said) == span  # type: ignore[arg-type]


def test_what_is_live() -> None:
    assert Request("-", SAID).is_live
    assert Request("0", SAID, live=Live(stream=True)).is_live
    assert not Request("clip.mp4", SAID).is_live


def test_the_size_of_raw_pictures_is_height_first() -> None:
    assert Live(size="640x480").picture_size() == (480, 640)
    assert Live().picture_size() is None


@pytest.mark.parametrize(
    "request_",
    [
        Request("clip.mp4", SAID),
        Request("clip.mp4", (), Repeat(Path("prompts.jsonl"), go_on=True)),
        Request("clip.mp4", SAID, span=Span(both=True)),
        Request("-", SAID, live=Live(size="4x4", patience=1.0, commands="orders")),
        Request("rtsp://there", (), live=Live(stream=True, latest=True, commands="-")),
    ],
)
def test_what_goes_together(request_: Request) -> None:
    request_.check()


@pytest.mark.parametrize(
    ("live", "said"),
    [
        (Live(latest=False), "are for streams"),
        (Live(patience=1.0), "are for streams"),
        (Live(commands="orders"), "are for streams"),
    ],
)
def test_a_file_takes_no_options_of_streams(live: Live, said: str) -> None:
    with pytest.raises(PromptError, match=said):
        Request("clip.mp4", SAID, live=live).check()


def test_standard_input_brings_one_thing_only() -> None:
    with pytest.raises(PromptError, match="pictures already"):
        Request("-", SAID, live=Live(commands="-")).check()


def test_an_address_is_a_stream() -> None:
    with pytest.raises(PromptError, match="rtsp://camera/main is an address: add --stream"):
        Request("rtsp://camera/main", SAID).check()
    Request("rtsp://camera/main", SAID, live=Live(stream=True)).check()
