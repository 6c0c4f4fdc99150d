"""The interactive page: a web server on masklet's sessions. `masklet app` starts it."""
