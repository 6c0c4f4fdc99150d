"""Follow one object through a video over HTTP, with nothing but Python's own library.

masklet app --no-browser &
python examples/http_client.py http://127.0.0.1:8000 ball.mp4 70,176
"""

import json
import sys
import urllib.request
from typing import Any


def ask(server: str, path: str, body: bytes | None, kind: str = "application/json") -> Any:
    """POST to the interface; its JSON answer."""
    request = urllib.request.Request(f"{server}/api{path}", data=body or b"", headers={"Content-Type": kind})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def main(server: str, video: str, click: str) -> None:
    """Upload, click on the first frame, follow, and print what is known of every frame as it is tracked."""
    with open(video, "rb") as file:
        project = "/projects/" + ask(server, "/projects", file.read(), "application/octet-stream")["id"]
    thing = ask(server, f"{project}/objects", b'{"name": "mine"}')["id"]
    said = {"object": thing, "frame": 0, "points": [[float(number) for number in click.split(",")]]}
    print(0, ask(server, f"{project}/prompts", json.dumps(said).encode())["score"])
    with urllib.request.urlopen(f"{server}/api{project}/events") as events:
        event = ""
        for line in map(bytes.decode, events):
            if line.startswith("event: hello"):
                ask(server, f"{project}/follow", None)
            event = line[7:].strip() if line.startswith("event: ") else event
            if line.startswith("data: ") and event == "masks":
                told = json.loads(line[6:])
                print(told["frame"], told["objects"][thing]["score"])  # and its mask: ["counts"], COCO's RLE
            if event == "followed":
                return


if __name__ == "__main__":
    main(*sys.argv[1:])
