"""Other implementations, driven for `masklet bench --against`, each in a process and an environment of its own.

Nothing of masklet's is imported here, and nothing of masklet imports these: they talk by files and lines of JSON.
"""
