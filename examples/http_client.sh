#!/bin/sh
# One object of a video's first frame over HTTP with curl:  sh examples/http_client.sh http://127.0.0.1:8000 ball.mp4 70,176
set -eu
id_of() { sed 's/.*"id":"\([^"]*\)".*/\1/'; }
project=$(curl -sSf -H 'Content-Type: application/octet-stream' --data-binary "@$2" "$1/api/projects" | sed 's/,.*//' | id_of)
place="$1/api/projects/$project"
thing=$(curl -sSf --json '{"name": "mine"}' "$place/objects" | sed 's/,.*//' | id_of)
curl -sSf --json "{\"object\": \"$thing\", \"frame\": 0, \"points\": [[$3]]}" "$place/prompts"   # the mask
curl -sSf -X POST "$place/follow" > /dev/null                                                # then "$place/events" streams
