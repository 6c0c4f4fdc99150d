"""The Hugging Face hub in small: repositories that are made, written to by commits, listed, and read, over HTTP."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.hub.serving import serving


@dataclass
class FakeHub:
    """repositories: file name -> bytes, of each. tokens: who may write."""

    repositories: dict[str, dict[str, bytes]] = field(default_factory=dict)
    token: str = "hf_right"
    url: str = ""
    requests: list[str] = field(default_factory=list)

    def commit(self, name: str) -> str:
        """A commit's id of the repository as it is."""
        state = sorted((file, hashlib.sha1(data).hexdigest()) for file, data in self.repositories[name].items())
        return hashlib.sha1(json.dumps(state).encode()).hexdigest()


@contextmanager
def fake_hub() -> Iterator[FakeHub]:
    hub = FakeHub()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None: ...

        def answer(self, value: Any, status: int = 200, **headers: str) -> None:
            body = value if isinstance(value, bytes) else json.dumps(value).encode()
            self.send_response(status)
            for name, text in headers.items():
                self.send_header(name.replace("_", "-"), text)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def missing(self, what: str) -> None:
            self.answer({"error": what}, 404, X_Error_Code=what)

        def do_GET(self) -> None:
            path = unquote(urlsplit(self.path).path)
            hub.requests.append(f"{self.command} {path}")
            if found := re.fullmatch(r"/api/models/([^/]+/[^/]+)(?:/(revision|tree)/([^/]+)/?)?", path):
                name = found[1]
                if name not in hub.repositories:
                    return self.missing("RepoNotFound")
                files = hub.repositories[name]
                if found[2] == "tree":
                    tree = [
                        {"type": "file", "path": file, "size": len(data), "oid": ""} for file, data in files.items()
                    ]
                    return self.answer(tree)
                siblings = [{"rfilename": file} for file in files]
                return self.answer({"id": name, "modelId": name, "sha": hub.commit(name), "siblings": siblings})
            if found := re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path):
                name, file = found[1], found[3]
                if name not in hub.repositories:
                    return self.missing("RepoNotFound")
                if file not in hub.repositories[name]:
                    return self.missing("EntryNotFound")
                data = hub.repositories[name][file]
                tag = f'"{hashlib.sha256(data).hexdigest()}"'
                return self.answer(data, ETag=tag, X_Repo_Commit=hub.commit(name), Accept_Ranges="bytes")
            self.missing("NotFound")

        do_HEAD = do_GET

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path = unquote(urlsplit(self.path).path)
            hub.requests.append(f"POST {path}")
            if self.headers.get("Authorization") != f"Bearer {hub.token}":
                return self.answer({"error": "Invalid username or password."}, 401)
            if path == "/api/repos/create":
                asked = json.loads(body)
                name = f"{asked.get('organization') or 'me'}/{asked['name']}"
                hub.repositories.setdefault(name, {})
                return self.answer({"url": f"{hub.url}/{name}", "name": name, "id": name})
            if found := re.fullmatch(r"/api/models/([^/]+/[^/]+)/preupload/[^/]+", path):
                files = json.loads(body)["files"]
                return self.answer(
                    {"files": [{**one, "uploadMode": "regular", "shouldIgnore": False} for one in files]}
                )
            if found := re.fullmatch(r"/api/models/([^/]+/[^/]+)/commit/[^/]+", path):
                for line in body.decode().splitlines():
                    item = json.loads(line)
                    if item["key"] == "file":
                        data = base64.b64decode(item["value"]["content"])
                        hub.repositories[found[1]][item["value"]["path"]] = data
                commit = hub.commit(found[1])
                address = f"{hub.url}/{found[1]}/commit/{commit}"
                return self.answer({"success": True, "commitOid": commit, "commitUrl": address})
            if path == "/api/validate-yaml":
                return self.answer({"errors": [], "warnings": []})
            self.missing("NotFound")

    with serving(Handler) as url:
        hub.url = url
        yield hub
